// Asks once before something that is not easily undone, and names what it is about. It looks as the questions of other pages do.

import { make } from "./dom.ts";

/** The words of one question. */
export interface Question {
  title: string;
  body: string;
  cancel: string;
  /** What the button says: the deed, not "OK". */
  deed: string;
}

export function confirm(place: HTMLElement, { title, body, cancel, deed }: Question, work: () => Promise<boolean>): void {
  const stay = make("button", { className: "button", type: "button", autofocus: true }, cancel);
  const act = make("button", { className: "button button-solid-danger", type: "submit" }, deed);
  const actions = make("div", { className: "form-actions" }, stay, act);
  const form = make("form", { className: "form" }, make("p", {}, body), actions);
  const dialog = make("dialog", { className: "dialog", ariaLabel: title }, make("h2", { className: "dialog-title" }, title), form);
  stay.onclick = () => dialog.close();
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
