// What the rivals share with our editor: its look, wrapped lines, a drawn caret, and Markdown coloured as there, though by CodeMirror's own
// language, as everybody has it. What makes ours collaborative is left out.
import { defaultKeymap } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { look } from "../../../web/editor/src/look.ts";
import { markdownLook } from "../../../web/editor/src/markdown.ts";

declare global {
  interface Window {
    /** Which document to show, and by what right; said by the page around this program. */
    rival: { documentId: string; token: string };
  }
}

export function show(doc: string, binding: Extension): EditorView {
  const extensions = [
    binding,
    EditorState.lineSeparator.of("\n"),
    EditorState.tabSize.of(4),
    look(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ autocapitalize: "sentences", autocorrect: "on", spellcheck: "true", "data-testid": "editor-text" }),
    EditorView.editorAttributes.of({ class: "editor-view" }),
    highlightSpecialChars(),
    drawSelection(),
    dropCursor(),
    markdown({ base: markdownLanguage }),
    markdownLook(),
    keymap.of(defaultKeymap),
  ];
  return new EditorView({ parent: document.querySelector<HTMLElement>(".editor-mount")!, state: EditorState.create({ doc, extensions }) });
}
