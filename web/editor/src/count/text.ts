// Words and characters of a text. Texts are trees that share what did not change, so what was counted once is counted for good.

import type { Text } from "@codemirror/state";

export interface Count {
  words: number;
  characters: number;
}

/** Scripts that are written without blanks have a word a character, as elsewhere. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}])+(?:['’.,_-](?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}]+)*/gu;

/** Of a longer line, as much is counted at once. */
const PIECE_UNITS = 16_384;

/** A piece ends at a blank, if there is one so soon behind it. */
const BLANK_UNITS_MAX = 1_024;

const LOW = /[\uDC00-\uDFFF]/g;

const counted = new WeakMap<Text, Count>();

/** Counts in steps; each ends when a part of the text is counted, and the last one gives the count. */
export function* counting(text: Text): Generator<undefined, Count> {
  const known = counted.get(text);
  if (known !== undefined) return known;
  const count = { words: 0, characters: 0 };
  if (text.children === null) {
    for (const line of text.iterLines()) {
      for (let from = 0, to: number; from < line.length; from = to) {
        to = pieceEnd(line, from);
        const piece = line.slice(from, to);
        count.words += piece.match(WORD)?.length ?? 0;
        count.characters += piece.length - (piece.match(LOW)?.length ?? 0);
        if (to < line.length) yield;
      }
    }
    yield;
  } else {
    for (const part of text.children) {
      const { words, characters } = yield* counting(part);
      count.words += words;
      count.characters += characters;
    }
  }
  counted.set(text, count);
  return count;
}

function pieceEnd(line: string, from: number): number {
  const end = from + PIECE_UNITS;
  if (end >= line.length) return line.length;
  const blank = line.slice(end, end + BLANK_UNITS_MAX).search(/\s/);
  return blank < 0 ? end : end + blank;
}

export function count(text: Text): Count {
  const steps = counting(text);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
