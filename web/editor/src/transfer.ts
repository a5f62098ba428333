// What takes the documents of a room in and out: a dialog for each, which stand apart from the tab's session.

import sheet from "../../style/transfer.css" with { type: "text" };
import { adoptSheet } from "./adopt.ts";
import { make } from "./dom.ts";
import { exporting } from "./transfer/export.ts";
import { Importing } from "./transfer/import.ts";
import type { Dropped } from "./transfer/pick.ts";
import { say } from "./transfer/words.ts";

/** Opens the dialog for one way; what was dropped is imported at once. */
export function open(way: "import" | "export", room: string, name: string, dropped: readonly Dropped[] = []): void {
  const drop = adoptSheet(sheet);
  const title = say(`${way}-title`, { name });
  const body = make("div", { className: "dialog-body" });
  const dialog = make("dialog", { className: "dialog dialog-wide", ariaLabel: title }, make("h2", { className: "dialog-title" }, title), body);
  dialog.dataset["testid"] = way;
  const close = () => dialog.close();
  const importing = way === "import" ? new Importing(body, room, close) : undefined;
  if (importing === undefined) exporting(body, room, close);
  dialog.oncancel = (event) => {
    // What goes on is stopped by its own button, not by the way.
    if (importing?.isBusy === true) event.preventDefault();
  };
  // A press on the backdrop arrives at the dialog itself.
  dialog.onmousedown = (event) => {
    if (event.target === dialog && importing?.isBusy !== true) dialog.close();
  };
  // Whoever goes to a document is done here.
  dialog.onclick = (event) => {
    if (event.target instanceof Element && event.target.closest("a[href^='/documents/']") !== null) dialog.close();
  };
  dialog.onclose = () => {
    importing?.stop();
    dialog.remove();
    drop();
  };
  document.body.append(dialog);
  dialog.showModal();
  if (dropped.length > 0) importing?.drop(dropped);
}
