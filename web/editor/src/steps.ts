// What is taken back at once: a few words, and not all that was typed without a pause. What is no typing is taken back by itself.

import type { Transaction } from "@codemirror/state";

/** A step of more units ends where the next word begins: about as much as one types anew without regret. */
const STEP_UNITS = 30;

/** What is done key by key, in the text and in fields. */
const TYPED = ["input.type", "input.field", "delete.backward", "delete.forward"];

/** An edit, as far as it matters for what it is taken back with. */
export interface Edit {
  /** Typing and deleting go on, everything else stands by itself. */
  isTyped: boolean;
  isComposed: boolean;
  /** The only stretch that changed, in the text before and after; none when there are several. */
  stretch: { from: number; to: number; end: number } | null;
  inserted: string;
  /** The unit before it. */
  before: string;
}

export class Steps {
  #isOpen = false;
  /** Where the last edit was, in the text as it is now. */
  #from = 0;
  #to = 0;
  #units = 0;

  /** Whether this edit is no part of the step that the one before belongs to. */
  begins(transaction: Transaction, isComposing: boolean): boolean {
    return this.next(read(transaction, isComposing));
  }

  next({ isTyped, isComposed, stretch, inserted, before }: Edit): boolean {
    const isNear = stretch !== null && stretch.from <= this.#to && stretch.to >= this.#from;
    const isWord = inserted !== "" && !/^\s/.test(inserted) && /^\s?$/.test(before);
    const isFull = this.#units >= STEP_UNITS && isWord && !isComposed;
    const begins = !(this.#isOpen && isTyped && isNear && !isFull);
    if (begins) this.#units = 0;
    this.#units += inserted.length;
    // After a new line something else is begun.
    this.#isOpen = isTyped && stretch !== null && !inserted.endsWith("\n");
    [this.#from, this.#to] = [stretch?.from ?? 0, stretch?.end ?? 0];
    return begins;
  }

  /** The next edit begins a step. */
  end(): void {
    this.#isOpen = false;
  }
}

function read(transaction: Transaction, isComposing: boolean): Edit {
  const { changes, startState } = transaction;
  let stretch: Edit["stretch"] = null;
  let inserted = "";
  let count = 0;
  changes.iterChanges((from, to, _from, end, insert) => {
    count += 1;
    stretch = { from, to, end };
    inserted = insert.sliceString(0, insert.length, "\n");
  });
  const { from } = (stretch ?? { from: 0 }) as { from: number };
  const isBreak = inserted === "\n" && transaction.isUserEvent("input");
  return {
    isTyped: isBreak || TYPED.some((event) => transaction.isUserEvent(event)),
    isComposed: isComposing,
    stretch: count === 1 ? stretch : null,
    inserted,
    before: startState.sliceDoc(Math.max(0, from - 1), from),
  };
}
