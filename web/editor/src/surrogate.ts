// No change cuts a surrogate pair, and none inserts half of one: the replica counts in UTF-16 units and stores whole characters, and an
// editor that did otherwise would show another text than the document's.

import { EditorState, type Extension, type Text, Transaction } from "@codemirror/state";
import { isHigh, isLow, type Splice } from "./splice.ts";

const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const HAS_SURROGATE = /[\uD800-\uDFFF]/;

/** Mends every transaction but those that `trusts` names. */
export function keepPairs(trusts: (transaction: Transaction) => boolean): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || trusts(transaction)) return transaction;
    const mended = mend(transaction);
    if (mended === null) return transaction;
    const changes = transaction.startState.changes(mended);
    const event = transaction.annotation(Transaction.userEvent);
    return {
      changes,
      selection: transaction.startState.selection.map(changes, 1),
      effects: transaction.effects,
      scrollIntoView: transaction.scrollIntoView,
      ...(event === undefined ? {} : { userEvent: event }),
    };
  });
}

function mend(transaction: Transaction): Splice[] | null {
  const doc = transaction.startState.doc;
  const splices: Splice[] = [];
  let isMended = false;
  transaction.changes.iterChanges((from, to, _fromAfter, _toAfter, insert) => {
    const text = insert.sliceString(0, insert.length, "\n");
    const splice = mendSplice(doc, { from, to, insert: text });
    isMended ||= splice.from !== from || splice.to !== to || splice.insert !== text;
    splices.push(splice);
  });
  return isMended ? splices : null;
}

/** Widens a change that begins or ends within a pair, and makes what it inserts well formed. */
export function mendSplice(doc: Text, splice: Splice): Splice {
  const from = cuts(doc, splice.from) ? splice.from - 1 : splice.from;
  const isInsertOnly = splice.from === splice.to;
  // Nothing goes when something is only inserted: it comes before the pair.
  const to = isInsertOnly ? from : cuts(doc, splice.to) ? splice.to + 1 : splice.to;
  const insert = HAS_SURROGATE.test(splice.insert) ? splice.insert.replace(LONE, "\uFFFD") : splice.insert;
  return { from, to, insert };
}

function cuts(doc: Text, at: number): boolean {
  if (at <= 0 || at >= doc.length) return false;
  const around = doc.sliceString(at - 1, at + 1, "\n");
  return isHigh(around, 0) && isLow(around, 1);
}
