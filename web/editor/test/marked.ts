import { EditorSelection, EditorState } from "@codemirror/state";
import { markdownLanguage } from "../src/markdown.ts";

/** `«` and `»` are the ends of the selection, `¦` a caret. */
export function stateOf(marked: string): EditorState {
  const doc = marked.replace(/[«»¦]/g, "");
  const at = marked.indexOf("¦");
  const [anchor, head] = at >= 0 ? [at, at] : [marked.indexOf("«"), marked.indexOf("»") - 1];
  return EditorState.create({ doc, selection: EditorSelection.single(anchor, head), extensions: markdownLanguage() });
}

export function show(state: EditorState): string {
  const { from, to } = state.selection.main;
  const text = state.doc.toString();
  return from === to ? `${text.slice(0, from)}¦${text.slice(to)}` : `${text.slice(0, from)}«${text.slice(from, to)}»${text.slice(to)}`;
}
