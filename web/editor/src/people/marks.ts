// Others beside the text, in faces that have no carets: a bar in their colour along the block or the line that they are in, with their name at its head
// when they come there. In a layer: nothing in the text moves for them.

import { make } from "../dom.ts";
import type { Caret } from "../people.ts";
import type { Sight } from "./sight.ts";

/** A flag above the first line would be cut off, pixels. */
const FLAG_PX = 24;

interface Mark {
  element: HTMLElement;
  /** Its flag shows again at each move. */
  moves: number;
  name: string;
}

export class Marks {
  readonly #element = make("div", { className: "people-marks", ariaHidden: "true" });
  readonly #marks = new Map<number, Mark>();

  /** Shows these people, who are in view, beside the text of a face; `over` is what lies over it. */
  show(sight: Sight, people: readonly Caret[], over: HTMLElement): void {
    const parent = sight.layer ?? over;
    if (this.#element.parentElement !== parent) parent.append(this.#element);
    const places = people.flatMap((caret) => {
      const box = sight.beside?.(caret.head) ?? null;
      return box === null ? [] : [{ caret, box }];
    });
    const peers = new Set(places.map(({ caret }) => caret.peer));
    for (const [peer, { element }] of this.#marks) {
      if (peers.has(peer)) continue;
      element.remove();
      this.#marks.delete(peer);
    }
    const scrolled = sight.layer === undefined ? 0 : sight.scroller.scrollTop;
    for (const [at, { caret, box }] of places.entries()) {
      const { style, classList } = this.#of(caret);
      // Who is at the same place stands beside.
      const nth = places.slice(0, at).filter((other) => other.box.top === box.top).length;
      Object.assign(style, { top: `${box.top}px`, left: `${box.left}px`, height: `${box.height}px` });
      style.setProperty("--nth", String(nth));
      classList.toggle("person-mark-first", box.top - scrolled < FLAG_PX * (nth + 1));
    }
  }

  /** Takes the layer away. */
  hide(): void {
    this.#element.remove();
  }

  #of(caret: Caret): HTMLElement {
    const { peer, moves, name, colour } = caret;
    const before = this.#marks.get(peer);
    if (before?.moves === moves && before.name === name) return before.element;
    const element = make("div", { className: `person-mark ${colour}` }, make("div", { className: "person-flag" }, name));
    element.dataset["peer"] = String(peer);
    if (before === undefined) this.#element.append(element);
    else before.element.replaceWith(element);
    this.#marks.set(peer, { element, moves, name });
    return element;
  }
}
