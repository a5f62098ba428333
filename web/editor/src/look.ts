// How the text looks, from the style sheet's tokens. Only what CodeMirror sets by itself has to be here, since its own rules win over layered
// ones; the rest is in `style/text.css`.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export function look(): Extension {
  return EditorView.theme({
    "&": { height: "100%", color: "var(--ink)", backgroundColor: "transparent" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": {
      fontFamily: "var(--face-text)",
      fontSize: "var(--text-body)",
      lineHeight: "var(--leading-body)",
      overscrollBehavior: "contain",
    },
    ".cm-content": {
      boxSizing: "border-box",
      flexGrow: "1",
      maxWidth: "calc(var(--measure) + 2 * var(--editor-margin))",
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
    ".cm-panels": { backgroundColor: "var(--paper-raised)", color: "var(--ink)", fontFamily: "var(--face-sans)", fontSize: "var(--text-m)" },
    ".cm-panels.cm-panels-top": { backgroundColor: "var(--paper)", borderBottom: "var(--hairline)" },
    ".cm-panels.cm-panels-bottom": { borderTop: "none" },
    ".cm-dialog": { padding: "var(--space-2) var(--space-4)", fontSize: "var(--text-s)" },
    ".cm-dialog label": { display: "inline-flex", alignItems: "center", gap: "var(--space-2)", fontSize: "var(--text-s)" },
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
    ".cm-tooltip": { border: "var(--hairline)", borderRadius: "var(--radius-l)", backgroundColor: "var(--paper-raised)", boxShadow: "var(--shadow)", color: "var(--ink)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      minWidth: "14rem",
      maxWidth: "min(22rem, calc(100vw - 2rem))",
      maxHeight: "min(20rem, 40vh)",
      padding: "var(--space-1)",
      fontFamily: "var(--face-sans)",
      fontSize: "var(--text-s)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
      display: "flex",
      alignItems: "center",
      gap: "var(--space-2)",
      padding: "var(--space-1) var(--space-2)",
      borderRadius: "var(--radius-s)",
      lineHeight: "var(--leading-prose)",
    },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-wash)", color: "var(--ink)" },
    ".cm-completionLabel": { overflow: "hidden", textOverflow: "ellipsis" },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "var(--weight-strong)" },
    ".cm-completionDetail": { marginInlineStart: "auto", color: "var(--ink-soft)", fontStyle: "normal", fontSize: "var(--text-xs)" },
    ".complete-emoji .cm-completionDetail": { order: "-1", minWidth: "1.5em", marginInlineStart: "0", fontSize: "var(--text-m)" },
    ".cm-foldPlaceholder": {
      margin: "0 var(--space-1)",
      padding: "0 var(--space-1)",
      border: "none",
      borderRadius: "var(--radius-s)",
      backgroundColor: "var(--accent-wash)",
      color: "var(--accent)",
    },
    ".cm-searchMatch": { backgroundColor: "var(--warn-wash)" },
    ".cm-searchMatch-selected": { outline: "2px solid var(--warn)" },
    ".cm-selectionMatch": { backgroundColor: "var(--hover)" },
  });
}
