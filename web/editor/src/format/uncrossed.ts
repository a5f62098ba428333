// Marks may stand within each other and never cross: a piece of text is cut where what is marked in another way begins or ends.

import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { nodesWithin, type Piece, trim } from "./syntax.ts";

const MARKED = new Set(["StrongEmphasis", "Emphasis", "Strikethrough", "InlineCode", "Highlight"]);

/** What is marked as a whole or not at all. */
const WHOLE = new Set(["Link", "Image", "NameLink", "NameEmbed", "Autolink", "URL", "HTMLTag", "InlineCode", "Formula", "DisplayFormula", "Escape", "Entity"]);

/** Pieces that each can be marked as `node`, of one that perhaps cannot. */
export function uncrossed(state: EditorState, piece: Piece, node: string): Piece[] {
  const others = nodesWithin(piece.block, (name) => name !== node && (MARKED.has(name) || WHOLE.has(name)));
  const widened = widen(piece, others);
  if (widened === null) return [];
  for (const other of others) {
    if (WHOLE.has(other.name)) continue;
    const [open, close] = [other.firstChild?.to ?? other.from, other.lastChild?.from ?? other.to];
    const beginsInside = other.from < widened.from && widened.from < other.to && widened.to > close;
    const endsInside = other.from < widened.to && widened.to < other.to && widened.from < open;
    // One that covers the other wholly, or is covered by it, crosses nothing.
    if (beginsInside === endsInside) continue;
    const halves = beginsInside
      ? [{ ...widened, to: close }, { ...widened, from: other.to }]
      : [{ ...widened, to: other.from }, { ...widened, from: open }];
    return halves
      .map((half) => (half.from < half.to ? trim(state, half) : null))
      .flatMap((half) => (half === null ? [] : uncrossed(state, half, node)));
  }
  return [widened];
}

/** The piece with all of what is marked that it holds a part of: a link around it crosses nothing. */
export function wholeOf(piece: Piece): Piece {
  const others = nodesWithin(piece.block, (name) => MARKED.has(name) || WHOLE.has(name));
  let { from, to } = piece;
  for (let isWider = true; isWider; ) {
    isWider = false;
    for (const other of others) {
      const [open, close] = [other.firstChild?.to ?? other.from, other.lastChild?.from ?? other.to];
      const isApart = other.to <= from || to <= other.from;
      if (isApart || (from <= other.from && other.to <= to) || (open <= from && to <= close)) continue;
      [from, to, isWider] = [Math.min(from, other.from), Math.max(to, other.to), true];
    }
  }
  return { ...piece, from, to };
}

/** With all of a link or of code that it holds a part of; null when it is a part of code or of an address itself. */
function widen(piece: Piece, others: readonly SyntaxNode[]): Piece | null {
  let { from, to } = piece;
  for (const other of others) {
    if (!WHOLE.has(other.name) || other.to <= from || to <= other.from || (from <= other.from && other.to <= to)) continue;
    const text = words(other);
    if (text !== null && text.from <= from && to <= text.to) continue;
    if (other.from <= from && to <= other.to && text === null) return null;
    [from, to] = [Math.min(from, other.from), Math.max(to, other.to)];
  }
  return { ...piece, from, to };
}

/** The part of a link that is read. */
function words(node: SyntaxNode): { from: number; to: number } | null {
  if (node.name !== "Link") return null;
  const [open, close] = node.getChildren("LinkMark");
  return open === undefined || close === undefined ? null : { from: open.to, to: close.from };
}
