// An item, or else a block, changes its place with the one above or below it. What is moved is one's own: others may be writing in the other.

import { EditorSelection, type EditorState, type TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { treeTo } from "../format/syntax.ts";
import { beginsLine, itemAt, itemBeside, type Lines, linesOf, numberOf } from "./item.ts";
import { withNumbers } from "./renumber.ts";

/** Null where several blocks are selected, and where there is none: lines are moved then. */
export function moveBlock(state: EditorState, way: "up" | "down"): TransactionSpec | null {
  const { main } = state.selection;
  const item = itemAt(state, state.doc.lineAt(main.head));
  if (item !== null && item.from <= main.from && main.to <= item.to) {
    if (!beginsLine(state, item)) return {};
    const other = itemBeside(item, way);
    if (other === null) return {};
    const first = item.parent?.getChild("ListItem") ?? item;
    return exchanged(state, linesOf(state, item), linesOf(state, other), numberOf(state, first));
  }
  const own = blockAt(state, main.head);
  if (own === null || main.from < own.first.from || own.last.to < main.to) return null;
  const other = neighbour(state, own, way);
  return other === null ? {} : exchanged(state, own, other, null);
}

function exchanged(state: EditorState, own: Lines, other: Lines, start: number | null): TransactionSpec {
  const isUp = other.first.from < own.first.from;
  const [upper, lower] = isUp ? [other, own] : [own, other];
  const gap = state.sliceDoc(upper.last.to, lower.first.from);
  const text = state.sliceDoc(own.first.from, own.last.to);
  const changes = state.changes(
    isUp
      ? [{ from: other.first.from, insert: text + gap }, { from: other.last.to, to: own.last.to }]
      : [{ from: own.first.from, to: other.first.from }, { from: other.last.to, insert: gap + text }],
  );
  const by = isUp ? other.first.from - own.first.from : other.last.to + gap.length - (other.first.from - own.first.from) - own.first.from;
  const { anchor, head } = state.selection.main;
  if (start === null) return { changes, selection: EditorSelection.single(anchor + by, head + by) };
  const renumbered = withNumbers(state, changes, (item) => (item.from === startOf(state, upper) ? start : null));
  return { ...renumbered, selection: EditorSelection.single(anchor + by, head + by) };
}

/** Where the first of two items begins, on its line. */
function startOf(state: EditorState, { first }: Lines): number {
  return first.from + (/^[ >\t]*/.exec(state.sliceDoc(first.from, first.to))?.[0].length ?? 0);
}

/** The outermost block around a place. */
export function blockAt(state: EditorState, at: number): Lines | null {
  const line = state.doc.lineAt(at);
  if (line.text.trim() === "") return null;
  let found: SyntaxNode | null = null;
  for (let node: SyntaxNode | null = treeTo(state, line.to).resolveInner(line.to, -1); node !== null; node = node.parent) {
    if (!node.type.isTop && node.name !== "Section") found = node;
  }
  return found === null || found.from > line.to ? null : linesOf(state, found);
}

function neighbour(state: EditorState, own: Lines, way: "up" | "down"): Lines | null {
  const step = way === "up" ? -1 : 1;
  for (let number = (way === "up" ? own.first.number : own.last.number) + step; number >= 1 && number <= state.doc.lines; number += step) {
    const line = state.doc.line(number);
    if (line.text.trim() !== "") return blockAt(state, line.from);
  }
  return null;
}
