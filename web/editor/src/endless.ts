// Blocks without an end, such as a log without an empty line: parsed as several, since of one block nothing can be taken from the last tree, and every
// key would cost all of it. A cut is made where the next line would begin a block of this kind anyway.

import type { Input, Tree, TreeFragment } from "@lezer/common";
import { startFrom } from "./groups.ts";

interface Kind {
  /** Shorter ones stay whole, UTF-16 units. */
  units: number;
  /** The lines that may come after a cut. */
  begins: RegExp;
}

const KINDS: Readonly<Record<string, Kind>> = {
  // After a letter a line is nothing else than a paragraph's.
  Paragraph: { units: 16_384, begins: /^\p{L}/u },
  BulletList: { units: 65_536, begins: /^[-*+] +\S/ },
};

/** Lines are looked through for a place so far, UTF-16 units. */
const SEARCHED_UNITS = 4_096;

/** As much of a line says what it begins. */
const BEGINNING_UNITS = 16;

/** A parsed stretch that is one block: how long it may be, and where one that goes on is cut. None for other blocks, which stay whole. */
export function kindOf(tree: Tree): Kind | undefined {
  const { firstChild } = tree.topNode;
  return firstChild === null || firstChild.nextSibling !== null ? undefined : KINDS[firstChild.name];
}

/** Where to cut a block: the start of a line from `from` on, and where the last tree has a section begin, if there is one, so that what follows stays known. */
export function cutOf(kind: Kind, input: Input, fragments: readonly TreeFragment[], from: number): number | null {
  const known = sectionFrom(fragments, from - kind.units / 2, from + kind.units / 2);
  if (known !== null && isCut(kind, input, known)) return known;
  for (let at = from; at < Math.min(input.length, from + SEARCHED_UNITS); ) {
    const start = startOfNext(input, at);
    if (start === null) return null;
    if (isCut(kind, input, start)) return start;
    at = start;
  }
  return null;
}

function isCut({ begins }: Kind, input: Input, at: number): boolean {
  return input.read(at - 1, at) === "\n" && begins.test(input.read(at, Math.min(input.length, at + BEGINNING_UNITS)));
}

function startOfNext(input: Input, at: number): number | null {
  const found = input.read(at, Math.min(input.length, at + SEARCHED_UNITS)).indexOf("\n");
  return found < 0 || at + found + 1 >= input.length ? null : at + found + 1;
}

/** The first section of the last tree that begins in this stretch of the text as it is now. */
function sectionFrom(fragments: readonly TreeFragment[], from: number, to: number): number | null {
  for (const fragment of fragments) {
    if (fragment.to <= from) continue;
    if (fragment.from >= to) return null;
    const start = startFrom(fragment.tree, Math.max(from, fragment.from) + fragment.offset);
    if (start !== null && start - fragment.offset < Math.min(to, fragment.to)) return start - fragment.offset;
  }
  return null;
}
