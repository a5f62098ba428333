// Typewriter: the line that one writes in stays at one height. Only what the person does themselves moves the text, and at once: nothing glides.

import { EditorState, type Extension, type Transaction } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
import { isShown } from "../shown.ts";

/** How far down the window the line is. */
const HEIGHT_PART = 0.4;

export function typewriter(): Extension {
  let view: EditorView | undefined;
  return [
    ViewPlugin.define((made) => {
      view = made;
      return {};
    }),
    EditorState.transactionExtender.of((transaction) => {
      if (view === undefined || !movesLine(transaction)) return null;
      const { head } = transaction.newSelection.main;
      const yMargin = Math.round(view.scrollDOM.clientHeight * HEIGHT_PART);
      return { effects: EditorView.scrollIntoView(head, { y: "start", yMargin }) };
    }),
    EditorView.editorAttributes.of({ class: "is-typewriter" }),
    // The first and the last line come to that height too.
    EditorView.theme({ "&.is-typewriter .cm-content": { paddingTop: "40vh", paddingBottom: "60vh" } }),
  ];
}

/** Not when others write, and not under the pointer: what is pressed would run away from it. */
function movesLine(transaction: Transaction): boolean {
  const isOwn = transaction.selection !== undefined || (transaction.docChanged && !isShown(transaction));
  return isOwn && !transaction.isUserEvent("select.pointer");
}
