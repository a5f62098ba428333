// What keys do in lists: they go on with an item, put it further in or out, and move it with all that belongs to it.

import { insertNewlineContinueMarkupCommand } from "@codemirror/lang-markdown";
import { ChangeSet, type EditorState, type Extension, Prec, type StateCommand, type Transaction, type TransactionSpec } from "@codemirror/state";
import { type Command, keymap } from "@codemirror/view";
import { indentItems, outdentItems } from "./lists/indent.ts";
import { moveBlock } from "./lists/move.ts";

/** An empty item is the end of its list, also the second one. */
const goOnWithMarkup = insertNewlineContinueMarkupCommand({ nonTightLists: false });

/** Goes on with an item or a quote, or ends it. */
export const goOn: StateCommand = ({ state, dispatch }) => goOnWithMarkup({ state, dispatch: (transaction) => dispatch(parted(transaction)) });

/** A line with nothing but marks of items and quotes. */
const MARKS = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)+(?:\[[ xX]\][ \t]*)?$/;

/** What follows the end of a list or a quote is a paragraph of its own only behind an empty line; right below, Markdown takes it for more of the same. */
function parted(transaction: Transaction): Transaction {
  const { startState, newDoc, newSelection, changes } = transaction;
  const { head } = newSelection.main;
  const line = newDoc.lineAt(head);
  const isEnd = MARKS.test(startState.doc.lineAt(startState.selection.main.head).text) && line.text === "";
  const isClose = line.number > 1 && newDoc.line(line.number - 1).text.trim() !== "";
  if (newSelection.ranges.length > 1 || !isEnd || !isClose) return transaction;
  const more = ChangeSet.of({ from: head, insert: startState.lineBreak }, newDoc.length, startState.lineBreak);
  return startState.update({ changes: changes.compose(more), selection: { anchor: head + 1 }, userEvent: "input", scrollIntoView: true });
}

/** Has to come before the language, whose keys these replace. */
export function listKeys(): Extension {
  return [
    Prec.high(keymap.of([{ key: "Enter", run: goOn }])),
    keymap.of([
      { key: "Tab", run: command(indentItems), shift: command(outdentItems) },
    ]),
  ];
}

/** An item or block with all that belongs to it; false where there is none to move. */
export const moveUp = command((state) => moveBlock(state, "up"));
export const moveDown = command((state) => moveBlock(state, "down"));

/** Null leaves the key to whoever has it next. */
function command(change: (state: EditorState) => TransactionSpec | null): Command {
  return (view) => {
    if (view.state.readOnly) return false;
    const spec = change(view.state);
    if (spec === null) return false;
    if (spec.changes !== undefined) view.dispatch(view.state.update(spec, { scrollIntoView: true, userEvent: "move.line" }));
    return true;
  };
}
