// A document in pieces: its blocks, and which of them are the same after it has changed.

import { Cursor, Kind, type Packed } from "../prose/unpack.ts";

/** Something that stands at the top level of a document. */
export interface Block {
  /** Where it begins in the source, UTF-16 units. */
  readonly at: number;
  /** Its part of the numbers, and of the text. */
  readonly from: number;
  readonly to: number;
  readonly textFrom: number;
  readonly textTo: number;
}

/** A section is begun once the one before has so many units of text, or blocks. */
const SECTION_UNITS = 6_000;
const SECTION_BLOCKS = 40;

export function blocks(packed: Packed): Block[] {
  const cursor = new Cursor(packed);
  const found: Block[] = [];
  let [depth, at, from, textFrom] = [0, 0, 0, 0];
  while (cursor.next()) {
    if (cursor.kind === Kind.At && depth === 0) at = cursor.numbers[0] ?? at;
    if (cursor.kind === Kind.At) continue;
    if (cursor.starts) depth += 1;
    else if (cursor.kind === Kind.End) depth -= 1;
    if (depth > 0) continue;
    found.push({ at, from, to: cursor.at, textFrom, textTo: cursor.textAt });
    [from, textFrom] = [cursor.at, cursor.textAt];
  }
  return found;
}

/** Blocks that are shown together. */
export function sections(all: readonly Block[]): Block[][] {
  const made: Block[][] = [];
  let units = SECTION_UNITS;
  for (const block of all) {
    const last = made.at(-1);
    if (last === undefined || units >= SECTION_UNITS || last.length >= SECTION_BLOCKS) {
      made.push([block]);
      units = 0;
    } else {
      last.push(block);
    }
    units += block.textTo - block.textFrom;
  }
  return made;
}

/** Whether two blocks look the same, wherever they begin. */
export function isSame(one: Packed, a: Block, other: Packed, b: Block): boolean {
  if (a.to - a.from !== b.to - b.from || a.textTo - a.textFrom !== b.textTo - b.textFrom) return false;
  const [left, right] = [new Cursor(one, a.from), new Cursor(other, b.from)];
  while (left.at < a.to && left.next() && right.next()) {
    if (left.kind !== right.kind) return false;
    if (left.kind === Kind.At) continue;
    const from = right.at - left.at;
    for (let at = left.began; at < left.at; at += 1) if (one.numbers[at] !== other.numbers[at + from]) return false;
  }
  return one.text.slice(a.textFrom, a.textTo) === other.text.slice(b.textFrom, b.textTo);
}

/** How many sections at the beginning and at the end of the one document are in the other as they are. */
export function kept(one: Packed, before: readonly Block[][], other: Packed, all: readonly Block[]): { first: number; last: number } {
  const holds = (section: readonly Block[], at: number) => section.every((block, index) => {
    const now = all[at + index];
    return now !== undefined && isSame(one, block, other, now);
  });
  let [first, from] = [0, 0];
  for (const section of before) {
    if (!holds(section, from)) break;
    from += section.length;
    first += 1;
  }
  let [last, to] = [0, all.length];
  for (const section of before.slice(first).reverse()) {
    if (to - section.length < from || !holds(section, to - section.length)) break;
    to -= section.length;
    last += 1;
  }
  return { first, last };
}
