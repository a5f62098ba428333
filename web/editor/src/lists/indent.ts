// Items a level further in or out, with all that belongs to them.

import { type ChangeSet, type EditorState, type TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { indented } from "../format/lines.ts";
import { beginsLine, depthOf, itemAt, itemBeside, linesOf, outerItem, widthOf } from "./item.ts";
import { withNumbers } from "./renumber.ts";

/** Makes the selected items belong to the one before them. Null outside of lists; a first item stays where it is. */
export function indentItems(state: EditorState): TransactionSpec | null {
  const found = selected(state);
  if (found === null) return null;
  const before = itemBeside(found.first, "up");
  if (before === null) return {};
  const more = widthOf(state, before) + depthOf(state, before) - depthOf(state, found.first);
  return shifted(state, found, more);
}

/** Puts the selected items beside the one that they belong to. */
export function outdentItems(state: EditorState): TransactionSpec | null {
  const found = selected(state);
  if (found === null) return null;
  const outer = outerItem(found.first);
  if (outer === null) return {};
  return shifted(state, found, depthOf(state, outer) - depthOf(state, found.first));
}

interface Selected {
  first: SyntaxNode;
  /** Numbers of the first and the last line. */
  from: number;
  to: number;
}

/** From the first selected item to the end of the last one beside it. */
function selected(state: EditorState): Selected | null {
  const { main } = state.selection;
  const first = itemAt(state, state.doc.lineAt(main.from));
  if (first === null || !beginsLine(state, first)) return null;
  const end = state.doc.lineAt(main.to);
  let last: SyntaxNode | null = itemAt(state, end);
  while (last !== null && last.from > first.from && last.parent?.from !== first.parent?.from) last = outerItem(last);
  const lines = linesOf(state, last ?? first);
  return { first, from: state.doc.lineAt(first.from).number, to: Math.max(lines.last.number, linesOf(state, first).last.number) };
}

function shifted(state: EditorState, { first, from, to }: Selected, more: number): TransactionSpec {
  const splices = Array.from({ length: to - from + 1 }, (_, at) => indented(state.doc.line(from + at), more)).flat();
  if (splices.length === 0) return {};
  const changes: ChangeSet = state.changes(splices);
  const moved = changes.mapPos(first.from, 1);
  // A list that was not there counts from one, and so does one whose first item went out.
  return withNumbers(state, changes, (item) => (item.from === moved || outerItem(item)?.from === moved ? 1 : null));
}
