// How often a query is found in a text, and where. A long text takes longer than a key may, so it is gone through in steps.

import { RegExpCursor, type SearchQuery } from "@codemirror/search";
import type { EditorState, Text } from "@codemirror/state";

export interface Match {
  from: number;
  to: number;
}

export interface Found {
  /** In the order of the text. */
  matches: readonly Match[];
  /** There are more, which are not counted. */
  isMore: boolean;
}

/** Nobody goes through more of them one by one. */
export const FOUND_MAX = 10_000;

/** A step goes through as much of the text, UTF-16 units: about a millisecond. */
const PIECE_UNITS = 8_192;

/** Within a long line, a piece ends at a blank if there is one so soon behind it: a word that is cut would be two. */
const BLANK_UNITS_MAX = 1_024;

/** Finds in steps; each ends when a piece of the text is gone through, and the last one gives what was found. */
export function* counting(query: SearchQuery, state: EditorState): Generator<undefined, Found> {
  const matches: Match[] = [];
  if (!query.valid) return { matches, isMore: false };
  const { doc } = state;
  const isAcross = isAcrossLines(query, state);
  const reach = query.regexp ? -1 : reachOf(query.search);
  for (let from = 0; from <= doc.length; ) {
    const end = isAcross ? doc.length + 1 : pieceEnd(doc, from, query.regexp);
    const cursor = query.getCursor(state, from, Math.min(end + reach, doc.length));
    from = end;
    for (let step = cursor.next(); step.done !== true && step.value.from < end; step = cursor.next()) {
      const match = { from: step.value.from, to: step.value.to };
      if (matches.length === FOUND_MAX) return { matches, isMore: true };
      matches.push(match);
      // What overlaps with it is not found, as when all are replaced.
      from = Math.max(from, match.to);
      if (isAcross) yield;
    }
    yield;
  }
  return { matches, isMore: false };
}

/** Which of them a stretch of text is, from one on; zero when it is none. */
export function placeOf({ matches }: Found, { from, to }: Match): number {
  let [low, high] = [0, matches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]!.from < from) low = middle + 1;
    else high = middle;
  }
  const match = matches[low];
  return match?.from === from && match.to === to ? low + 1 : 0;
}

/** What the browser has against a pattern, without what it says around it. */
export function faultOf(pattern: string): string {
  try {
    new RegExp(pattern, "gmu");
    return "";
  } catch (error) {
    return String(error).split(": ").at(-1) ?? "";
  }
}

/** A pattern that may match line breaks is looked for in the text as a whole, by a cursor of another kind: where that stops to take a breath is at what it finds. */
function isAcrossLines(query: SearchQuery, state: EditorState): boolean {
  return query.regexp && !(query.getCursor(state, 0, 0) instanceof RegExpCursor);
}

/** How far behind its start a match may end: what is found may be written with other units than what is looked for, yet no letter has more than two where the decomposed one has one. */
function reachOf(search: string): number {
  return 2 * search.normalize("NFKD").length + 2;
}

/** The end of a piece: where a line begins, or in a long one at a blank. A pattern needs its lines whole. */
function pieceEnd(doc: Text, from: number, isByLine: boolean): number {
  const line = doc.lineAt(Math.min(from + PIECE_UNITS, doc.length));
  if (isByLine || line.to - from <= 2 * PIECE_UNITS) return line.to + 1;
  if (line.from > from) return line.from;
  const end = from + PIECE_UNITS;
  const blank = doc.sliceString(end, end + BLANK_UNITS_MAX).search(/\s/);
  return blank < 0 ? end : end + blank;
}
