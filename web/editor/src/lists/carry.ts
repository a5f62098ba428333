// An item, or else a block, is put somewhere else: taken out where it was with the gap that it leaves, and put in with one of its own. All of it is one change.

import { ChangeSet, EditorSelection, type EditorState, type Line, type TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { indented } from "../format/lines.ts";
import { beginsLine, depthOf, itemAt, itemBeside, type Lines, linesOf, numberOf } from "./item.ts";
import { blockAt } from "./move.ts";
import { withNumbers } from "./renumber.ts";

/** What can be carried. */
export interface Unit extends Lines {
  /** None for what is no item. */
  item: SyntaxNode | null;
}

export type Side = "before" | "after";

/** The item that a line belongs to, or else the outermost block. */
export function unitAt(state: EditorState, line: Line): Unit | null {
  const item = itemAt(state, line);
  if (item !== null && beginsLine(state, item)) return { item, ...linesOf(state, item) };
  const block = blockAt(state, line.to);
  return block === null ? null : { item: null, ...block };
}

/** What is carried goes beside this, when it can stand there: items beside items, and blocks beside blocks. Null where it cannot. */
export function goalAt(state: EditorState, own: Unit, line: Line): Unit | null {
  const found = own.item === null ? blockAt(state, line.to) : null;
  const goal = own.item === null ? found && { item: null, ...found } : unitAt(state, line);
  if (goal === null || (goal.item === null) !== (own.item === null)) return null;
  const isWithin = goal.first.from >= own.first.from && goal.last.to <= own.last.to;
  return isWithin || quoteOf(goal.first) !== quoteOf(own.first) ? null : goal;
}

/** Null where nothing would change. */
export function carried(state: EditorState, own: Unit, goal: Unit, side: Side): TransactionSpec | null {
  const at = side === "before" ? goal.first.from : goal.last.to;
  const [above, below] = [gapAbove(state, own.first), gapBelow(state, own.last)];
  const isItem = own.item !== null;
  const more = own.item === null || goal.item === null ? 0 : depthOf(state, goal.item) - depthOf(state, own.item);
  if (more === 0 && at >= own.first.from - length(above) && at <= own.last.to + length(below)) return null;
  const inside = indenting(state, own, more);
  const text = inside.apply(state.doc).sliceString(own.first.from, inside.mapPos(own.last.to, 1));
  const isLoose = own.item === null || isApart(own.item, above, below);
  const between = isLoose ? `\n${quoteOf(own.first).trimEnd()}\n` : "\n";
  // What was right above or below the place would become part of what is put in, or the other way.
  const apart = (gap: string | null) => (!isItem && count(gap) === 1 ? "\n" : "");
  const insert = side === "before" ? apart(gapAbove(state, goal.first)) + text + between : between + text + apart(gapBelow(state, goal.last));
  const changes = state.changes([removal(state, own, above, below, isItem ? "\n" : "\n\n"), { from: at, insert }]);
  const start = changes.mapPos(at, -1) + insert.indexOf(text);
  const { anchor, head } = state.selection.main;
  const placed = (place: number) => start + inside.mapPos(place, 1) - own.first.from;
  const isInside = anchor >= own.first.from && head >= own.first.from && anchor <= own.last.to && head <= own.last.to;
  const selection = isInside ? { selection: EditorSelection.single(placed(anchor), placed(head)) } : {};
  if (own.item === null || goal.item === null) return { changes, ...selection };
  return { ...withNumbers(state, changes, startsOf(state, own.item, goal.item, changes)), ...selection };
}

/** Whether empty lines part the items of its list. */
function isApart(item: SyntaxNode, above: string | null, below: string | null): boolean {
  if (itemBeside(item, "down") !== null) return count(below) > 1;
  return itemBeside(item, "up") !== null && count(above) > 1;
}

/** Both lists go on counting from where they did. */
function startsOf(state: EditorState, own: SyntaxNode, goal: SyntaxNode, changes: ChangeSet): (first: SyntaxNode) => number | null {
  const lists = [own, goal].map((item) => {
    const [from, to] = [item.parent?.from ?? item.from, item.parent?.to ?? item.to];
    const first = item.parent?.getChild("ListItem") ?? item;
    return { from: changes.mapPos(from, -1), to: changes.mapPos(to, 1), number: numberOf(state, first) };
  });
  return (first) => lists.findLast(({ from, to }) => first.from >= from && first.from <= to)?.number ?? null;
}

/** The one gap that is left is the wider of the two. */
function removal(state: EditorState, own: Unit, above: string | null, below: string | null, least: string): { from: number; to: number; insert?: string } {
  const [from, to] = [own.first.from - length(above), own.last.to + length(below)];
  if (above === null) return { from: own.first.from, to };
  if (below === null) return { from, to: own.last.to };
  if (count(above) >= count(below) && count(above) >= least.length) return { from: own.first.from, to };
  if (count(below) >= least.length) return { from, to: own.last.to };
  return { from, to, insert: least };
}

function indenting(state: EditorState, { first, last }: Unit, more: number): ChangeSet {
  if (more === 0) return ChangeSet.empty(state.doc.length);
  return state.changes(Array.from({ length: last.number - first.number + 1 }, (_, at) => indented(state.doc.line(first.number + at), more)).flat());
}

/** The line breaks, and empty lines, between a line and the last one above that says something; null when there is none. */
function gapAbove(state: EditorState, line: Line): string | null {
  let number = line.number - 1;
  while (number >= 1 && isEmpty(state.doc.line(number))) number -= 1;
  return number < 1 ? null : state.sliceDoc(state.doc.line(number).to, line.from);
}

function gapBelow(state: EditorState, line: Line): string | null {
  let number = line.number + 1;
  while (number <= state.doc.lines && isEmpty(state.doc.line(number))) number += 1;
  return number > state.doc.lines ? null : state.sliceDoc(line.to, state.doc.line(number).from);
}

function isEmpty(line: Line): boolean {
  return /^[ >\t]*$/.test(line.text);
}

function quoteOf(line: Line): string {
  return /^(?: {0,3}> ?)*/.exec(line.text)?.[0] ?? "";
}

function length(gap: string | null): number {
  return gap?.length ?? 0;
}

function count(gap: string | null): number {
  return (gap ?? "").split("\n").length - 1;
}
