import assert from "node:assert/strict";
import { test } from "node:test";
import { Text } from "@codemirror/state";
import { count, counting } from "../src/count/text.ts";

function check(text: string, words: number, characters: number): void {
  assert.deepEqual(count(Text.of(text.split("\n"))), { words, characters });
}

test("words are counted in all scripts, and marks are none", () => {
  check("", 0, 0);
  check("# One **two** don't 3.5 well-known\n\n- - -", 5, 39);
  check("日本語 and 한국어", 5, 11);
  check("𝄞 naïve é", 2, 9);
});

test("after a change only what changed is counted again", () => {
  const text = Text.of(Array.from({ length: 20_000 }, (_, at) => `line ${at}`));
  const steps = (of: Text) => [...counting(of)].length;
  const first = steps(text);
  assert.ok(first > 100);
  const changed = text.replace(50_000, 50_000, Text.of(["more words here"]));
  assert.ok(steps(changed) <= 4);
  assert.equal(count(changed).words, count(Text.of(changed.toJSON())).words);
});

test("a line of a megabyte is counted in steps, as its words are", () => {
  const line = "some words 日本 and 𝄞 don't ".repeat(40_000);
  const steps = [...counting(Text.of([line]))].length;
  assert.ok(steps > 30, `${steps} steps`);
  assert.deepEqual(count(Text.of([line])), { words: 240_000, characters: [...line].length });
});
