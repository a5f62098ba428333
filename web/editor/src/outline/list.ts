// The list of headings: opened beside the text, with those who are in each section, and left by going to one or by Esc.

import { EditorView } from "@codemirror/view";
import { make } from "../dom.ts";
import { type Caret, caretsOf } from "../people.ts";
import { say } from "../toolbar/words.ts";
import { type Heading, headingsOf } from "./headings.ts";

/** A heading that is gone to stands this far below the edge, pixels. */
const MARGIN_PX = 16;

export function openOutline(view: EditorView): void {
  const { state } = view;
  const headings = headingsOf(state);
  const list = make("div", { className: "menu outline", popover: "auto", role: "dialog", ariaLabel: say("outline") });
  list.dataset["testid"] = "outline";
  const here = sectionOf(headings, state.selection.main.head);
  const people = new Map<number, Caret[]>();
  for (const caret of caretsOf(state)) {
    const section = sectionOf(headings, caret.head);
    people.set(section, [...(people.get(section) ?? []), caret]);
  }
  const rows = headings.map((heading, at) => rowOf(heading, people.get(at) ?? [], at === here, () => (list.hidePopover(), go(view, heading))));
  list.append(make("p", { className: "menu-head soft small" }, headings.length === 0 ? say("outline-none") : say("outline")), ...rows);
  list.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState !== "closed") return;
    list.remove();
    if (document.activeElement === document.body) view.focus();
  });
  list.onkeydown = (event) => move(event, rows);
  view.dom.append(list);
  list.showPopover();
  (rows[Math.max(0, here)] ?? list).focus();
}

function rowOf(heading: Heading, people: readonly Caret[], isHere: boolean, choose: () => void): HTMLButtonElement {
  const row = make("button", { className: "menu-item", type: "button" }, make("span", { className: "ellipsis" }, heading.words || say("outline-unnamed")));
  row.dataset["level"] = String(heading.level);
  if (isHere) row.ariaCurrent = "location";
  if (people.length > 0) {
    const names = people.map(({ name }) => name).join(", ");
    const marks = people.map(({ colour, name }) => make("span", { className: `outline-person ${colour}`, title: name }));
    row.append(make("span", { className: "outline-people", role: "img", ariaLabel: say("outline-people", { names }) }, ...marks));
  }
  row.onclick = choose;
  return row;
}

/** Which section holds a place; -1 before the first. */
function sectionOf(headings: readonly Heading[], place: number): number {
  let found = -1;
  headings.forEach(({ from }, at) => {
    if (from <= place) found = at;
  });
  return found;
}

/** At the end of the heading, from where one goes on writing. */
function go(view: EditorView, { from }: Heading): void {
  view.focus();
  const at = view.state.doc.lineAt(Math.min(from, view.state.doc.length));
  view.dispatch({ selection: { anchor: at.to }, effects: EditorView.scrollIntoView(at.from, { y: "start", yMargin: MARGIN_PX }) });
}

function move(event: KeyboardEvent, rows: readonly HTMLElement[]): void {
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || rows.length === 0) return;
  event.preventDefault();
  rows[to % rows.length]?.focus();
}
