// What the syntax tree says about a place in the text.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode, Tree } from "@lezer/common";

/** A command waits no longer than this for the text before it to be parsed, milliseconds. Mostly it is already, and what is not could be marked up wrongly. */
const PARSE_MS_MAX = 500;

/** Blocks in which a mark is a character like any other. */
const OPAQUE = new Set(["FencedCode", "CodeBlock", "HTMLBlock", "CommentBlock", "ProcessingInstructionBlock", "LinkReference"]);

/** What stands in a line and holds text as it is. */
export const UNMARKED = /^(?:InlineCode|URL|Formula|DisplayFormula)$/;

const LEAF = /^(?:Paragraph|Task|TableCell|ATXHeading\d|SetextHeading\d)$/;

/** Marks of blocks, which stand between the words of their lines. */
const BLOCK_MARK = /^(?:QuoteMark|HeaderMark|TaskMarker|ListMark)$/;

/** What a command is about may go on behind the place that it is asked for, UTF-16 units. */
const AHEAD_UNITS = 20_000;

export function treeTo(state: EditorState, to: number): Tree {
  return ensureSyntaxTree(state, Math.min(to + AHEAD_UNITS, state.doc.length), PARSE_MS_MAX) ?? syntaxTree(state);
}

/** Whether nodes of that name hold text as it is, without marks of their own. */
export function isOpaque(name: string): boolean {
  return OPAQUE.has(name);
}

/** The nodes around a place, the innermost first, as seen from the text before it and from the text behind. */
export function* around(state: EditorState, at: number, tree = treeTo(state, at)): Generator<SyntaxNode> {
  for (const side of [-1, 1] as const) {
    for (let node: SyntaxNode | null = tree.resolveInner(at, side); node !== null; node = node.parent) yield node;
  }
}

/** The innermost node of such a name around a place; at its ends is around it too. */
export function nodeAround(state: EditorState, at: number, isWanted: (name: string) => boolean, tree = treeTo(state, at)): SyntaxNode | null {
  for (const node of around(state, at, tree)) if (isWanted(node.name)) return node;
  return null;
}

/** The code, or other text without marks, around a place. */
export function opaqueAround(state: EditorState, at: number): SyntaxNode | null {
  return nodeAround(state, at, isOpaque);
}

/** Part of a block's text. */
export interface Piece {
  from: number;
  to: number;
  block: SyntaxNode;
}

/** The text between two places, by the blocks that hold it: without code, without the blocks' marks and without blanks at the ends. */
export function piecesBetween(state: EditorState, from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  treeTo(state, to).iterate({
    from,
    to,
    enter: (node) => {
      if (isOpaque(node.name)) return false;
      if (!LEAF.test(node.name)) return true;
      const piece = trim(state, { from: Math.max(from, node.from), to: Math.min(to, node.to), block: node.node });
      if (piece !== null) pieces.push(piece);
      return false;
    },
  });
  return pieces;
}

/** Without blanks and marks of blocks at the ends; null when nothing else is there. */
export function trim(state: EditorState, piece: Piece): Piece | null {
  const marks = nodesWithin(piece.block, (name) => BLOCK_MARK.test(name));
  const isBlank = (at: number) => /\s/.test(state.sliceDoc(at, at + 1));
  let { from, to } = piece;
  for (;;) {
    const mark = marks.find((found) => found.from <= from && from < found.to);
    if (from < to && mark !== undefined) from = mark.to;
    else if (from < to && isBlank(from)) from++;
    else break;
  }
  for (;;) {
    const mark = marks.find((found) => found.from < to && to <= found.to);
    if (from < to && mark !== undefined) to = mark.from;
    else if (from < to && isBlank(to - 1)) to--;
    else break;
  }
  return from < to ? { from, to, block: piece.block } : null;
}

/** All nodes of a block that are wanted, in the order of the text. */
export function nodesWithin(block: SyntaxNode, isWanted: (name: string) => boolean): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const cursor = block.cursor();
  const { to } = block;
  while (cursor.next() && cursor.from < to) if (isWanted(cursor.name)) found.push(cursor.node);
  return found;
}
