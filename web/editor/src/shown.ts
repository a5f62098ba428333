// Marks transactions that show what the host already knows: others' text, and what an undo did.

import { Annotation, type Transaction } from "@codemirror/state";

export const shown = Annotation.define<true>();

export function isShown(transaction: Transaction): boolean {
  return transaction.annotation(shown) === true;
}
