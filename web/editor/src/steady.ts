// Keeps what is read in place when others write above it.
//
// CodeMirror does so when it next measures, by where the text stood at the last transaction. Of two in one frame, such as what somebody wrote and
// where their caret is now, it forgets the first; so whoever comes second has the first measured before.

import type { Transaction } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { isShown } from "./shown.ts";

export function steadily(): (transactions: readonly Transaction[], view: EditorView) => void {
  let isMeasured = true;
  return (transactions, view) => {
    // Whatever asks for a place has all that waits measured first.
    if (!isMeasured) view.coordsAtPos(view.viewport.from);
    view.update(transactions);
    if (!transactions.some((transaction) => transaction.docChanged && isShown(transaction))) return;
    isMeasured = false;
    view.requestMeasure({
      read: () => {
        isMeasured = true;
      },
    });
  };
}
