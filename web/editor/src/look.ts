// How the text looks, from the style sheet's tokens. Only what CodeMirror sets by itself has to be here, since its own rules win over layered
// ones; the rest is in `style/editor.css`.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export function look(): Extension {
  return EditorView.theme({
    "&": { height: "100%", color: "var(--ink)", backgroundColor: "transparent" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": {
      fontFamily: "var(--face-text)",
      fontSize: "var(--text-m)",
      lineHeight: "var(--leading-prose)",
      overscrollBehavior: "contain",
    },
    ".cm-content": {
      boxSizing: "border-box",
      flexGrow: "1",
      maxWidth: "calc(72ch + 2 * var(--editor-margin))",
      margin: "0 auto",
      padding: "var(--space-6) var(--editor-margin) 40vh",
      outline: "none",
      caretColor: "var(--accent)",
    },
    ".cm-line": { padding: "0" },
    ".cm-placeholder": { color: "var(--ink-soft)" },
    ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      background: "color-mix(in oklch, var(--accent) 22%, transparent)",
    },
    ".cm-panels": { backgroundColor: "var(--paper-raised)", color: "var(--ink)", fontFamily: "var(--face-sans)" },
    ".cm-panels.cm-panels-top": { backgroundColor: "var(--paper)", borderBottom: "var(--hairline)" },
    ".cm-panels.cm-panels-bottom": { borderTop: "none" },
    ".cm-panel.cm-search": { padding: "var(--space-2) var(--space-4)", fontSize: "var(--text-s)" },
    ".cm-panel.cm-search label": { fontSize: "var(--text-xs)" },
    ".cm-textfield": {
      padding: "var(--space-1) var(--space-2)",
      border: "1px solid var(--line-strong)",
      borderRadius: "var(--radius-s)",
      backgroundColor: "var(--paper)",
      color: "var(--ink)",
      fontSize: "var(--text-s)",
    },
    ".cm-button": {
      padding: "var(--space-1) var(--space-2)",
      border: "1px solid var(--line-strong)",
      borderRadius: "var(--radius-s)",
      backgroundColor: "var(--paper)",
      backgroundImage: "none",
      color: "var(--ink)",
      fontSize: "var(--text-s)",
    },
    ".cm-panel.cm-search [name=close]": { color: "var(--ink-soft)", fontSize: "var(--text-l)", inset: "var(--space-1) var(--space-2) auto auto" },
    ".cm-searchMatch": { backgroundColor: "var(--warn-wash)" },
    ".cm-searchMatch-selected": { outline: "2px solid var(--warn)" },
    ".cm-selectionMatch": { backgroundColor: "var(--hover)" },
  });
}
