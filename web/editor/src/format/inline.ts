// Marks within a line of text: put around what is selected, or taken away where they are already.

import { type ChangeSpec, EditorSelection, type EditorState, type TransactionSpec } from "@codemirror/state";
import type { SyntaxNode, Tree } from "@lezer/common";
import type { Splice } from "../splice.ts";
import { nodeAround, nodesWithin, opaqueAround, type Piece, piecesBetween } from "./syntax.ts";
import { uncrossed } from "./uncrossed.ts";

interface Kind {
  node: string;
  mark: string;
}

export const INLINE = {
  bold: { node: "StrongEmphasis", mark: "**" },
  italic: { node: "Emphasis", mark: "*" },
  strike: { node: "Strikethrough", mark: "~~" },
  code: { node: "InlineCode", mark: "`" },
} as const satisfies Record<string, Kind>;

export type Inline = keyof typeof INLINE;

/** Marks up what is selected, the word that the caret is in, or what is typed next; null where that means nothing, as in code. */
export function toggleInline(state: EditorState, inline: Inline): TransactionSpec | null {
  const { main } = state.selection;
  return main.empty ? atCaret(state, INLINE[inline], main.head) : between(state, INLINE[inline], main.from, main.to);
}

/** The marked node that holds a place, if that kind is on there. */
export function markedAround(state: EditorState, at: number, { node }: Kind, tree?: Tree): SyntaxNode | null {
  const found = nodeAround(state, at, (name) => name === node, tree);
  return found !== null && opening(found).to <= at && at <= closing(found).from ? found : null;
}

function between(state: EditorState, kind: Kind, from: number, to: number): TransactionSpec | null {
  const pieces = piecesBetween(state, from, to);
  const isOn = pieces.length > 0 && pieces.every((piece) => isMarked(state, piece, kind));
  const splices = isOn
    ? pieces.flatMap((piece) => unmark(state, piece, kind))
    : pieces.flatMap((piece) => uncrossed(state, piece, kind.node)).flatMap((piece) => mark(state, piece, kind));
  if (splices.length === 0) return null;
  const changes = state.changes(splices);
  const { anchor, head } = state.selection.main;
  // What was selected stays selected, without its new marks.
  const moved = (at: number, other: number) => changes.mapPos(at, at < other ? 1 : at > other ? -1 : 0);
  return { changes, selection: EditorSelection.single(moved(anchor, head), moved(head, anchor)) };
}

function atCaret(state: EditorState, kind: Kind, at: number): TransactionSpec | null {
  const pair = emptyPair(state, kind.mark, at);
  if (pair !== null) return { changes: pair };
  if (opaqueAround(state, at) !== null) return null;
  const found = markedAround(state, at, kind);
  if (found !== null) {
    const close = closing(found);
    // Who has typed up to the closing mark goes on behind it.
    if (at === close.from) return { selection: EditorSelection.cursor(close.to) };
    return { changes: [opening(found), close].map(({ from, to }) => ({ from, to })) };
  }
  if (markedAround(state, at, INLINE.code) !== null) return null;
  const word = state.wordAt(at);
  if (word !== null && word.from < at && at < word.to) {
    const spec = between(state, kind, word.from, word.to);
    return spec === null ? null : { changes: spec.changes as ChangeSpec };
  }
  return { changes: { from: at, insert: kind.mark + kind.mark }, selection: EditorSelection.cursor(at + kind.mark.length) };
}

/** Two marks with nothing between them yet: three stars are one and two. */
function emptyPair(state: EditorState, mark: string, at: number): Splice[] | null {
  const sign = mark.charAt(0);
  const isSign = (from: number) => from >= 0 && state.sliceDoc(from, from + 1) === sign;
  let [before, after] = [0, 0];
  while (isSign(at - before - 1)) before++;
  while (isSign(at + after)) after++;
  const isOn = before === after && (before === mark.length || (sign === "*" && before === 3));
  if (!isOn || nodeAround(state, at, (name) => name === "EmphasisMark") !== null) return null;
  const code = opaqueAround(state, at);
  // Two empty pairs of waves at the start of a line are read as a fence.
  if (code !== null && state.doc.lineAt(code.from).to < at) return null;
  return [
    { from: at - mark.length, to: at, insert: "" },
    { from: at, to: at + mark.length, insert: "" },
  ];
}

/** The outermost nodes of that kind that a piece touches. */
function touched(piece: Piece, { node }: Kind): SyntaxNode[] {
  const found = nodesWithin(piece.block, (name) => name === node).filter(({ from, to }) => from <= piece.to && piece.from <= to);
  return found.filter((one) => !found.some((other) => other !== one && other.from <= one.from && one.to <= other.to));
}

function isMarked(state: EditorState, piece: Piece, kind: Kind): boolean {
  let at = piece.from;
  for (const { from, to } of touched(piece, kind)) {
    if (hasWords(state, piece.block, at, from)) return false;
    at = Math.max(at, to);
  }
  return !hasWords(state, piece.block, at, piece.to);
}

/** Whether there is anything but blanks and marks. */
function hasWords(state: EditorState, block: SyntaxNode, from: number, to: number): boolean {
  if (from >= to) return false;
  const marks = nodesWithin(block, (name) => name.endsWith("Mark"));
  for (let at = from; at < to; at++) {
    const mark = marks.find((found) => found.from <= at && at < found.to);
    if (mark !== undefined) at = mark.to - 1;
    else if (/\S/.test(state.sliceDoc(at, at + 1))) return true;
  }
  return false;
}

/** One pair of marks around the piece and all that is marked so within it and beside it. */
function mark(state: EditorState, piece: Piece, kind: Kind): Splice[] {
  const same = touched(piece, kind);
  const from = Math.min(piece.from, ...same.map((node) => node.from));
  const to = Math.max(piece.to, ...same.map((node) => node.to));
  const first = same.find((node) => node.from === from);
  const last = same.find((node) => node.to === to);
  const { open, close } = marks(state, kind, from, to);
  return [
    ...(first === undefined ? [{ from, to: from, insert: open }] : []),
    ...same.flatMap((node) => [...(node === first ? [] : [gone(opening(node))]), ...(node === last ? [] : [gone(closing(node))])]),
    ...(last === undefined ? [{ from: to, to, insert: close }] : []),
  ];
}

/** Code that holds backticks stands between more of them. */
function marks(state: EditorState, kind: Kind, from: number, to: number): { open: string; close: string } {
  if (kind !== INLINE.code) return { open: kind.mark, close: kind.mark };
  const text = state.sliceDoc(from, to);
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return { open: fence + pad, close: pad + fence };
}

/** What of the marked text is not in the piece stays marked. */
function unmark(state: EditorState, piece: Piece, kind: Kind): Splice[] {
  return touched(piece, kind)
    .filter(({ from, to }) => from < piece.to && piece.from < to)
    .flatMap((node) => {
      const [open, close] = [opening(node), closing(node)];
      const sign = state.sliceDoc(close.from, close.to);
      const isWhole = isNested(piece.from, node) || isNested(piece.to, node);
      const before = !isWhole && hasWords(state, node, open.to, piece.from);
      const behind = !isWhole && hasWords(state, node, piece.to, close.from);
      const end = piece.from - (/\s*$/.exec(state.sliceDoc(open.to, Math.max(open.to, piece.from)))?.[0].length ?? 0);
      const start = piece.to + (/^\s*/.exec(state.sliceDoc(piece.to, close.from))?.[0].length ?? 0);
      return [
        before ? { from: end, to: end, insert: sign } : gone(open),
        behind ? { from: start, to: start, insert: sign } : gone(close),
      ];
    });
}

/** Whether another mark begins or ends between a place and the node that is to end there. */
function isNested(at: number, node: SyntaxNode): boolean {
  return nodesWithin(node, (name) => !name.endsWith("Mark")).some(({ from, to }) => from < at && at < to);
}

function opening(node: SyntaxNode): { from: number; to: number } {
  return node.firstChild ?? { from: node.from, to: node.from };
}

function closing(node: SyntaxNode): { from: number; to: number } {
  return node.lastChild ?? { from: node.to, to: node.to };
}

function gone({ from, to }: { from: number; to: number }): Splice {
  return { from, to, insert: "" };
}
