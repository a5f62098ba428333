// What keys do in lists: they go on with an item, put it further in or out, and move it with all that belongs to it.

import { insertNewlineContinueMarkupCommand } from "@codemirror/lang-markdown";
import { type EditorState, type Extension, Prec, type TransactionSpec } from "@codemirror/state";
import { type Command, keymap } from "@codemirror/view";
import { indentItems, outdentItems } from "./lists/indent.ts";
import { moveBlock } from "./lists/move.ts";

/** An empty item is the end of its list, also the second one. */
const goOn = insertNewlineContinueMarkupCommand({ nonTightLists: false });

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
