// The Home key goes to the first word of a line whose mark is drawn, and to the very start only when it is there already.

import { syntaxTree } from "@codemirror/language";
import { EditorSelection, type EditorState, type Extension, Prec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";

const MARKS = /^(?:[ \t]*>[ \t]?)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|#{1,6}[ \t]+)?/;

/** Where the words of the line begin that holds an offset. */
export function firstWord(state: EditorState, at: number): number {
  const line = state.doc.lineAt(at);
  for (let node = syntaxTree(state).resolveInner(line.from, 1); ; node = node.parent!) {
    if (/Code|HTML|Comment/.test(node.name)) return line.from;
    if (node.parent === null) break;
  }
  return line.from + (MARKS.exec(line.text)?.[0].length ?? 0);
}

function home(extend: boolean): (view: EditorView) => boolean {
  return (view) => {
    const { state } = view;
    const { main } = state.selection;
    const word = firstWord(state, main.head);
    // The start of a line that is wrapped is as everywhere.
    const start = view.moveToLineBoundary(main, false).head;
    if (main.head === word || start > word || word === state.doc.lineAt(main.head).from) return false;
    const selection = extend ? EditorSelection.single(main.anchor, word) : EditorSelection.single(word);
    view.dispatch({ selection, scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

export function homeKey(): Extension {
  return Prec.high(keymap.of([{ key: "Home", run: home(false), shift: home(true) }]));
}
