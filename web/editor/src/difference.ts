// What differs between two texts, in pieces to be shown one after the other: by lines, and by words where a line was changed.

import { type ChangeObject, diffLines, diffWordsWithSpace } from "diff";

/** Longer stretches are told apart by lines only, UTF-16 units. */
const WORDS_UNITS_MAX = 20_000;

/** Comparing takes at most so long, milliseconds: two long texts that have nothing in common could take minutes. */
const LINES_MS_MAX = 1_500;
const WORDS_MS_MAX = 200;

/** Lines shown before and after what differs. */
const CONTEXT_LINES = 2;

/** `skipped` stands for lines that are the same: its text is how many. */
export type Kind = "same" | "added" | "removed" | "skipped";

/** Kinds and texts in turn, from `before` to `after`; none when the two differ too much to be compared. */
export function difference(before: string, after: string, msMax = LINES_MS_MAX): string[] | null {
  const lines = diffLines(before, after, { timeout: msMax });
  if (lines === undefined) return null;
  const pieces: string[] = [];
  const add = (kind: Kind, text: string) => void (text !== "" && pieces.push(kind, text));
  for (let at = 0; at < lines.length; at += 1) {
    const [one, next] = [lines[at]!, lines[at + 1]];
    if (one.removed && next?.added) {
      for (const word of words(one.value, next.value)) add(kindOf(word), word.value);
      at += 1;
    } else if (one.added || one.removed) {
      add(kindOf(one), one.value);
    } else {
      shorten(one.value, at > 0, next !== undefined, add);
    }
  }
  return pieces;
}

function words(removed: string, added: string): ChangeObject<string>[] {
  const short = removed.length + added.length <= WORDS_UNITS_MAX;
  const found = short ? diffWordsWithSpace(removed, added, { timeout: WORDS_MS_MAX }) : undefined;
  const whole = (value: string, isAdded: boolean) => ({ value, added: isAdded, removed: !isAdded, count: 1 });
  return found ?? [whole(removed, false), whole(added, true)];
}

function kindOf(piece: ChangeObject<string>): Kind {
  if (piece.added) return "added";
  return piece.removed ? "removed" : "same";
}

/** Of lines that are the same, those next to what differs. */
function shorten(text: string, follows: boolean, precedes: boolean, add: (kind: Kind, text: string) => void): void {
  const lines = text.split(/(?<=\n)/);
  const head = follows ? CONTEXT_LINES : 0;
  const tail = precedes ? CONTEXT_LINES : 0;
  const skipped = lines.length - head - tail;
  if (skipped < 2) return add("same", text);
  add("same", lines.slice(0, head).join(""));
  add("skipped", String(skipped));
  add("same", lines.slice(lines.length - tail).join(""));
}
