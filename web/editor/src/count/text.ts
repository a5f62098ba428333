// Words and characters of a text. Texts are trees that share what did not change, so what was counted once is counted for good.

import type { Text } from "@codemirror/state";

export interface Count {
  words: number;
  characters: number;
}

/** Scripts that are written without blanks have a word a character, as elsewhere. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}])+(?:['’.,_-](?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}]+)*/gu;

const LOW = /[\uDC00-\uDFFF]/g;

const counted = new WeakMap<Text, Count>();

/** Counts in steps; each ends when a part of the text is counted, and the last one gives the count. */
export function* counting(text: Text): Generator<undefined, Count> {
  const known = counted.get(text);
  if (known !== undefined) return known;
  const count = { words: 0, characters: 0 };
  if (text.children === null) {
    for (const line of text.iterLines()) {
      count.words += line.match(WORD)?.length ?? 0;
      count.characters += line.length - (line.match(LOW)?.length ?? 0);
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

export function count(text: Text): Count {
  const steps = counting(text);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
