// How far the text is parsed in one go. What is in view is parsed at once and what is behind it in short steps, so that neither opening a long text nor a
// key that changes what all the rest means keeps the person waiting.

import { ParseContext } from "@codemirror/language";
import type { Input, TreeFragment } from "@lezer/common";

/** A step beyond what is in view takes about as long, milliseconds. */
const STEP_MS = 10;

/** Before anything has been drawn nobody knows what is in view: about as much as this is, UTF-16 units. Less than a section, so that one is parsed. */
const FIRST_UNITS = 8_000;

export interface Pace {
  /** Whether what is not known from here on is left for another time. */
  leaves(at: number): boolean;
  /** What lies between is yet to be parsed. */
  leave(input: Input, from: number, to: number): void;
}

/** Parses all of it. */
export const AT_ONCE: Pace = { leaves: () => false, leave: () => {} };

/** The pace of a parse that begins now, in an editor. */
export function paceOf(fragments: readonly TreeFragment[]): Pace {
  const context = ParseContext.get();
  if (context === null) return AT_ONCE;
  const { from, to } = context.viewport;
  const [known] = fragments;
  const isFirst = known === undefined;
  const inView = isFirst ? Math.min(to, from + FIRST_UNITS) : to;
  // Going through what is known is not the work of this step, or a long block would never get to its end.
  const begins = Math.max(inView, known?.from === 0 ? known.to : 0);
  let end: number | undefined;
  return {
    leaves(at) {
      if (at < begins) return false;
      if (isFirst) return true;
      end ??= performance.now() + STEP_MS;
      return performance.now() > end;
    },
    leave(input, from, to) {
      // The editor goes on by itself when it has nothing else to do.
      ParseContext.getSkippingParser(Promise.resolve()).startParse(input, [], [{ from, to }]).advance();
    },
  };
}
