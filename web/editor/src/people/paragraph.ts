// Which paragraph somebody is in, and who of the others has edited it.

import type { ChangeDesc, Text } from "@codemirror/state";
import type { Caret } from "../people.ts";

/** A paragraph is looked for so many lines up and down: a long table is no reason to walk through it with every edit of others. */
const LINES_MAX = 100;

/** Items and headings begin something of their own without an empty line. */
const BEGINS = /^\s*(?:[-*+]|\d{1,9}[.)])\s|^ {0,3}#{1,6}\s/;
const HEADING = /^ {0,3}#{1,6}\s/;
const EMPTY = /^\s*$/;

/** The paragraph, item or heading that holds a place: lines without an empty one between them. */
export function paragraphAt(doc: Text, at: number): { from: number; to: number } {
  const here = doc.lineAt(at);
  let [first, last] = [here, here];
  if (EMPTY.test(here.text) || HEADING.test(here.text)) return { from: here.from, to: here.to };
  while (first.number > 1 && here.number - first.number < LINES_MAX && !BEGINS.test(first.text)) {
    const before = doc.line(first.number - 1);
    if (EMPTY.test(before.text) || HEADING.test(before.text)) break;
    first = before;
  }
  while (last.number < doc.lines && last.number - here.number < LINES_MAX) {
    const after = doc.line(last.number + 1);
    if (EMPTY.test(after.text) || BEGINS.test(after.text)) break;
    last = after;
  }
  return { from: first.from, to: last.to };
}

/** A change, and the texts before and after it. */
interface Change {
  before: Text;
  after: Text;
  changes: ChangeDesc;
}

/** What others did to the paragraph of one's own caret since it was last told. */
export class Edits {
  #spots: { from: number; to: number }[] = [];
  readonly #names = new Set<string>();

  get isNone(): boolean {
    return this.#spots.length === 0;
  }

  /** Others have changed the text. `head` is one's own caret, in the text before. */
  note(change: Change, head: number): void {
    const { before, after, changes } = change;
    this.move(changes);
    const was = paragraphAt(before, head);
    if (changes.touchesRange(was.from, was.to) === false) return;
    const is = paragraphAt(after, changes.mapPos(head, -1));
    // Text that begins or ends right beside it has not changed it.
    if (before.slice(was.from, was.to).eq(after.slice(is.from, is.to))) return;
    changes.iterChangedRanges((fromBefore, toBefore, from, to) => {
      if (fromBefore <= was.to && toBefore >= was.from) this.#spots.push({ from, to });
    });
  }

  /** The text has changed otherwise. */
  move(changes: ChangeDesc): void {
    this.#spots = this.#spots.map(({ from, to }) => ({ from: changes.mapPos(from, -1), to: changes.mapPos(to, 1) }));
  }

  /** Whoever is where something was changed has changed it: their caret comes a moment after their text. */
  see(carets: readonly Caret[]): void {
    for (const { head, name } of carets) if (this.#spots.some(({ from, to }) => from <= head && head <= to)) this.#names.add(name);
  }

  /** The names of those who did it, and forgets all. */
  take(): string[] {
    const names = [...this.#names];
    this.#spots = [];
    this.#names.clear();
    return names;
  }
}
