// Asks once before somebody is suspended, and names them. It looks as the questions of other pages do.

import { make } from "../dom.ts";
import { say } from "./words.ts";

export function confirm(place: HTMLElement, name: string, work: () => Promise<boolean>): void {
  const title = say("suspend-title", { name });
  const cancel = make("button", { className: "button", type: "button", autofocus: true }, say("cancel"));
  const act = make("button", { className: "button button-solid-danger", type: "submit" }, say("suspend"));
  const actions = make("div", { className: "form-actions" }, cancel, act);
  const form = make("form", { className: "form" }, make("p", {}, say("suspend-body", { name })), actions);
  const dialog = make("dialog", { className: "dialog", ariaLabel: title }, make("h2", { className: "dialog-title" }, title), form);
  cancel.onclick = () => dialog.close();
  form.onsubmit = (event) => {
    event.preventDefault();
    act.disabled = true;
    void work().then(() => dialog.close());
  };
  // A press on the backdrop arrives at the dialog itself.
  dialog.onmousedown = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.onclose = () => dialog.remove();
  place.append(dialog);
  dialog.showModal();
}
