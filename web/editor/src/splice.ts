// Changes as they cross to the tab's program: triples of from, to and inserted length, and all inserts joined in one string.

import type { ChangeSet, TextIterator } from "@codemirror/state";

/** One change, in coordinates of the text before the transaction. */
export interface Splice {
  from: number;
  to: number;
  insert: string;
}

/** A transaction's changes, ascending. */
export function pack(changes: ChangeSet): { triples: Uint32Array; inserted: string } {
  const triples: number[] = [];
  let inserted = "";
  changes.iterChanges((from, to, _fromAfter, _toAfter, insert) => {
    triples.push(from, to, insert.length);
    inserted += insert.sliceString(0, insert.length, "\n");
  });
  return { triples: Uint32Array.from(triples), inserted };
}

/** The changes that crossed. */
export function unpack(triples: Uint32Array, inserted: string): Splice[] {
  const splices: Splice[] = [];
  let at = 0;
  for (let i = 0; i + 2 < triples.length; i += 3) {
    const [from = 0, to = 0, length = 0] = triples.subarray(i, i + 3);
    splices.push({ from, to, insert: inserted.slice(at, at + length) });
    at += length;
  }
  return splices;
}

/** The smallest single change from one text to another, cutting no surrogate pair; null when they are equal. */
export function difference(before: string, after: string): Splice | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < shorter && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++;
  if (isHigh(before, prefix - 1)) prefix--;
  let suffix = 0;
  while (
    suffix < shorter - prefix &&
    before.charCodeAt(before.length - 1 - suffix) === after.charCodeAt(after.length - 1 - suffix)
  ) {
    suffix++;
  }
  if (suffix > 0 && isLow(before, before.length - suffix)) suffix--;
  return { from: prefix, to: before.length - suffix, insert: after.slice(prefix, after.length - suffix) };
}

/** FNV-1a with 32 bits over UTF-16 units, as `shared::replica::text_hash` works it out. */
export function textHash(text: TextIterator): number {
  let hash = 0x811c9dc5;
  for (; !text.next().done; ) {
    const piece = text.lineBreak ? "\n" : text.value;
    for (let i = 0; i < piece.length; i++) hash = Math.imul(hash ^ piece.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

export function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

export function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
