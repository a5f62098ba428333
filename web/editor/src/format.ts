// Marking up what is selected, as keys, buttons and menus do. Each way is one small change of the text that knows what the text means there.

import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { INLINE, type Inline, toggleInline } from "./format/inline.ts";
import { insert, type Inserted } from "./format/insert.ts";
import { isLineFormat, type LineFormat, toggleLines } from "./format/lines.ts";
import { enterTableHere } from "./preview/blocks.ts";

export type Format = Inline | LineFormat | Inserted;

/** Carries it out in an editor that may be changed. */
export function applyFormat(view: EditorView, kind: Format): boolean {
  if (view.state.readOnly) return false;
  const spec = format(view.state, kind);
  if (spec === null) return true;
  view.dispatch(view.state.update(spec, { scrollIntoView: true, userEvent: "input.format" }));
  goOn(view, kind);
  return true;
}

/** Where one writes on in what was just put in. */
export function goOn(view: EditorView, kind: Format): void {
  if (kind === "table") enterTableHere(view);
}

/** The transaction that marks up the selection, or takes the mark away where it is already; null where there is nothing to mark up. */
export function format(state: EditorState, kind: Format): TransactionSpec | null {
  if (isInline(kind)) return toggleInline(state, kind);
  return isLineFormat(kind) ? toggleLines(state, kind) : insert(state, kind);
}

function isInline(kind: string): kind is Inline {
  return kind in INLINE;
}
