// One piece of rescued work: what it is, why it is here, what it holds, and what the person can do with it.

import { confirm } from "../confirm.ts";
import { icon, make } from "../dom.ts";
import { copyButton, downloadButton } from "./buttons.ts";
import { holds } from "./holds.ts";
import { sending } from "./sending.ts";
import { say } from "./words.ts";
import { type Act, nameOf, type Work } from "./work.ts";

const TRASH = "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2";

/** Shows it in an empty element. */
export function showPiece(place: HTMLElement, work: Work, why: string, act: Act): void {
  const name = nameOf(work);
  const heading = work.room === null ? name : say("in", { what: name, room: work.room.name });
  const discard = make("button", { className: "button button-danger", type: "button" }, icon(TRASH, 16), say("discard"));
  discard.dataset["testid"] = "rescued-discard";
  discard.onclick = () => {
    const title = "Copy" in work.id ? say("discard-title", { title: name }) : say("discard-message");
    const around = place.closest("dialog");
    confirm(place, { title, body: say("discard-body"), cancel: say("cancel"), deed: say("discard") }, async () => {
      act("let-go", "");
      // The button that was pressed goes with what it was about.
      around?.querySelector("button")?.focus();
      return true;
    });
  };
  place.replaceChildren(
    make("h3", { className: "rescued-title" }, heading),
    make("p", { className: "small soft" }, `${why} · `, time(work.at)),
    "Copy" in work.id ? holds(work.id.Copy.document, work.text) : make("p", { className: "rescued-text" }, work.text),
    sending(work, act),
    make("p", { className: "notice-actions" }, copyButton(work.text, act), downloadButton(name, work.text), discard),
  );
}

function time(at: number): HTMLTimeElement {
  const date = new Date(at);
  return make("time", { dateTime: date.toISOString() }, date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
}
