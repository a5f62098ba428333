// Numbers of items after items came, went or moved: only those that are wrong are changed.

import type { ChangeSet, EditorState, TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { treeTo } from "../format/syntax.ts";
import type { Splice } from "../splice.ts";
import { numberOf } from "./item.ts";

/** With which number a list begins after a change, by its first item; null when it is the number that is there. */
export type Starts = (firstItem: SyntaxNode) => number | null;

/** A change with the numbers that follow from it. */
export function withNumbers(state: EditorState, changes: ChangeSet, starts: Starts): TransactionSpec {
  const next = state.update({ changes }).state;
  let [from, to] = [next.doc.length, 0];
  changes.iterChangedRanges((_fromBefore, _toBefore, begin, end) => {
    from = Math.min(from, begin);
    to = Math.max(to, end);
  });
  const splices: Splice[] = [];
  // As far as the line after: the items that now belong to what was changed may begin there.
  const end = next.doc.lineAt(Math.min(next.doc.length, next.doc.lineAt(to).to + 1)).to;
  treeTo(next, end).iterate({
    from: Math.max(0, from - 1),
    to: end,
    enter: (node) => {
      if (node.name === "OrderedList") splices.push(...renumbered(next, node.node, starts));
      return true;
    },
  });
  return { changes: splices.length === 0 ? changes : changes.compose(next.changes(splices)) };
}

function renumbered(state: EditorState, list: SyntaxNode, starts: Starts): Splice[] {
  const items = list.getChildren("ListItem");
  const [first, ...others] = items.map((item) => numberOf(state, item));
  if (first === undefined || first === null || items[0] === undefined) return [];
  // Whoever gives all items the same number wants it so.
  if (others.length > 0 && others.every((number) => number === first)) return [];
  const start = starts(items[0]) ?? first;
  return items.flatMap((item, at) => {
    const number = numberOf(state, item);
    if (number === null || number === start + at) return [];
    const digits = /^\d*/.exec(state.sliceDoc(item.from, item.from + 10))?.[0].length ?? 0;
    return [{ from: item.from, to: item.from + digits, insert: String(start + at) }];
  });
}
