// Formulas between dollar signs, as `web/prose` reads them (`reader/formula.rs`): a mark lies close to the words of its formula, both stand within
// the same braces, and neither has a digit beside it, as sums in dollars do. Marks that have lines of their own need no such braces: whoever forgot
// one is told.

import { tags } from "@lezer/highlight";
import type { InlineContext, MarkdownConfig } from "@lezer/markdown";

const DOLLAR = 36;

/** Braces further in than this are counted and not told apart. */
const NESTING_MAX = 25;

/** Dollar signs further into one paragraph are not looked for, UTF-16 units. */
const SEARCHED_UNITS = 40_000;

const SPACE = /[ \t\n\v\f\r]/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const DIGIT = /\d/;

interface Dollar {
  at: number;
  opens: boolean;
  closes: boolean;
  /** Names the braces that it stands in; two of one name are in the same. */
  braces: number;
  /** The next one within the same braces, by its place among all. */
  next: number;
  /** Another one stands right behind it. */
  isDouble: boolean;
}

const found = new WeakMap<InlineContext, Map<number, number>>();
const dollars = new WeakMap<InlineContext, Dollar[]>();

export const formulas: MarkdownConfig = {
  defineNodes: [
    { name: "Formula", style: { "Formula/...": tags.monospace } },
    { name: "DisplayFormula", style: { "DisplayFormula/...": tags.monospace } },
    { name: "FormulaMark", style: tags.processingInstruction },
  ],
  parseInline: [
    {
      name: "Formula",
      before: "Escape",
      parse(cx, next, at) {
        if (next !== DOLLAR) return -1;
        const all = dollarsOf(cx);
        const index = found.get(cx)?.get(at - cx.offset);
        const open = index === undefined ? undefined : all[index];
        if (index === undefined || open?.opens !== true) return -1;
        const size = open.isDouble ? 2 : 1;
        let close = all[open.next];
        // Of a double mark the second half is none of its own.
        if (size === 2 && open.next === index + 1) close = all[all[index + 1]!.next];
        if (close === undefined || !(size === 2 ? close.isDouble : close.closes)) close = nextFence(cx.text, all, index);
        if (close === undefined) return -1;
        const to = cx.offset + close.at + size;
        const source = cx.slice(at + size, to - size);
        const isSum = size === 1 && (DIGIT.test(cx.slice(Math.max(cx.offset, at - 1), at)) || DIGIT.test(cx.slice(to, Math.min(cx.end, to + 1))));
        // Nothing in it means anything by itself then, either.
        if (isSum || source.trim() === "") return to;
        const marks = [cx.elt("FormulaMark", at, at + size), cx.elt("FormulaMark", to - size, to)];
        return cx.addElement(cx.elt(size === 2 ? "DisplayFormula" : "Formula", at, to, marks));
      },
    },
  ],
};

/** The next double mark that has a line to itself, where this one has. */
function nextFence(text: string, all: readonly Dollar[], index: number): Dollar | undefined {
  const isFence = ({ at, isDouble }: Dollar) => isDouble && hasLine(text, at);
  if (!isFence(all[index]!)) return undefined;
  // The second half of a mark is another dollar sign, and behind one.
  for (let next = index + 2; next < all.length; next++) if (isFence(all[next]!)) return all[next];
  return undefined;
}

function hasLine(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && / |\t|>/.test(text[from - 1]!)) from--;
  let to = at + 2;
  while (/ |\t/.test(text[to] ?? "")) to++;
  return (text[from - 1] ?? "\n") === "\n" && (text[to] ?? "\n") === "\n";
}

/** All dollar signs of a block that are no escaped ones, found once for all of them. */
function dollarsOf(cx: InlineContext): Dollar[] {
  const before = dollars.get(cx);
  if (before !== undefined) return before;
  const { text } = cx;
  const all: Dollar[] = [];
  // Names count as the reader's do, which have a byte.
  let stack: number[] = [];
  let names = 0;
  for (let at = 0; at < Math.min(text.length, SEARCHED_UNITS); at++) {
    const letter = text[at]!;
    if (letter === "\\" && PUNCTUATION.test(text[at + 1] ?? "")) {
      at++;
    } else if (letter === "$") {
      if (stack.length === 0) stack = [255];
      const braces = (stack.length > NESTING_MAX ? names : stack.at(-1)!) & 255;
      const [previous, next] = [text[at - 1] ?? " ", text[at + 1] ?? " "];
      all.push({ at, opens: !SPACE.test(next), closes: !SPACE.test(previous), braces, next: -1, isDouble: next === "$" });
    } else if (letter === "{") {
      if (stack.length === NESTING_MAX) [stack, names] = [[...stack, names & 255], NESTING_MAX];
      else if (stack.length > NESTING_MAX) names++;
      else if (stack.length > 0) stack.push(names++ & 255);
    } else if (letter === "}") {
      if (stack.length === 1) stack[0] = (stack[0]! + 255) & 255;
      else if (stack.length > NESTING_MAX && names > NESTING_MAX) names--;
      else stack.pop();
    }
  }
  const last = new Map<number, number>();
  for (let index = all.length - 1; index >= 0; index--) {
    const one = all[index]!;
    one.next = last.get(one.braces) ?? -1;
    last.set(one.braces, index);
  }
  dollars.set(cx, all);
  found.set(cx, new Map(all.map(({ at }, index) => [at, index])));
  return all;
}
