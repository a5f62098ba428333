// Sets a formula. Runs apart from the page (`formula.ts`), since a few words of TeX can ask for hours of work.

import { Sheet, type Tree, turnOver } from "./paper.ts";
import katex from "katex";

/** Longer ones are shown as they are written, UTF-16 units. */
export const SOURCE_UNITS_MAX = 8_000;

/** What the reader asks for, in bounds: nothing that leads or loads from anywhere, and a page wide at most. */
const OPTIONS = { trust: false, strict: "ignore", throwOnError: true, maxExpand: 1_000, maxSize: 60, output: "htmlAndMathml" } as const;

export interface Formula {
  source: string;
  isDisplay: boolean;
}

/** What was set, or what is wrong: in TeX's words, or by a name in the catalogue of sentences. */
export type Answer = { tree: Tree } | { problem: string } | { name: "too-long" | "too-large" };

export function set({ source, isDisplay }: Formula): Answer {
  if (source.length > SOURCE_UNITS_MAX) return { name: "too-long" };
  turnOver();
  try {
    const place = new Sheet("span");
    katex.render(source, place as unknown as HTMLElement, { ...OPTIONS, displayMode: isDisplay });
    return { tree: place.tree() };
  } catch (error) {
    if (error instanceof katex.ParseError) return { problem: error.rawMessage };
    // Too many elements, or one in the other deeper than a program can go.
    return { name: "too-large" };
  }
}
