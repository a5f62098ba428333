// A dialog of the platform: focus goes in, Esc and a press beside it close, focus returns where it came from.

import { icon, make } from "../dom.ts";
import { CLOSE } from "./outlines.ts";
import { say } from "./words.ts";

/** Opens a dialog and answers what closes it. */
export function openDialog(className: string, title: string, content: readonly Node[], closed: () => void): () => void {
  const cross = make("button", { className: "button-icon", type: "button", ariaLabel: say("close") }, icon(CLOSE, 16));
  const head = make("div", { className: "dialog-head" }, make("h2", { className: "dialog-title" }, title), cross);
  const dialog = make("dialog", { className: `dialog ${className}`, ariaLabel: title }, head, make("div", { className: "dialog-body" }, ...content));
  const close = () => dialog.close();
  cross.onclick = close;
  // A press on the backdrop arrives at the dialog itself.
  dialog.onmousedown = (event) => {
    if (event.target === dialog) close();
  };
  dialog.onclose = () => {
    dialog.remove();
    closed();
  };
  document.body.append(dialog);
  dialog.showModal();
  return close;
}
