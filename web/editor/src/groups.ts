// The sections of a long text stand in groups, and these in others, so that whoever looks for what is in view passes a few of them and not all.

import { Tree } from "@lezer/common";

/** The sections of a tree and where they begin, in order. */
export function* sectionsOf(tree: Tree, at = 0): Generator<[section: Tree, from: number]> {
  for (const [index, child] of tree.children.entries()) {
    const from = at + (tree.positions[index] ?? 0);
    if (!(child instanceof Tree)) continue;
    if (isGroup(child)) yield* sectionsOf(child, from);
    else yield [child, from];
  }
}

/** The section that begins there. */
export function sectionAt(tree: Tree, at: number): Tree | null {
  const index = firstFrom(tree, at + 1) - 1;
  const [child, start = 0] = [tree.children[index], tree.positions[index]];
  if (!(child instanceof Tree)) return null;
  if (isGroup(child)) return sectionAt(child, at - start);
  return start === at ? child : null;
}

/** Where the first section begins that does from there on. */
export function startFrom(tree: Tree, from: number): number | null {
  const index = firstFrom(tree, from);
  const [before, start = 0] = [tree.children[index - 1], tree.positions[index - 1]];
  if (before instanceof Tree && isGroup(before)) {
    const within = startFrom(before, from - start);
    if (within !== null) return start + within;
  }
  return tree.positions[index] ?? null;
}

function isGroup(tree: Tree): boolean {
  return tree.type.isAnonymous;
}

/** The first child that begins from there on, by its number. */
function firstFrom({ positions }: Tree, from: number): number {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
