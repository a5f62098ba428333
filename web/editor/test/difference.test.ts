import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../src/difference.ts";

test("a changed line is told word by word", () => {
  assert.deepEqual(difference("one two three\n", "one 2 three\n"), ["same", "one ", "removed", "two", "added", "2", "same", " three\n"]);
});

test("lines that came or went are told as they are", () => {
  assert.deepEqual(difference("a\nb\n", "a\n"), ["same", "a\n", "removed", "b\n"]);
  assert.deepEqual(difference("", "a\n"), ["added", "a\n"]);
});

test("texts that are the same have no pieces but lines passed over", () => {
  assert.deepEqual(difference("", ""), []);
  assert.deepEqual(difference("a\nb\nc\n", "a\nb\nc\n"), ["skipped", "3"]);
});

test("of what is the same only the lines around a change are shown", () => {
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `${from + at}\n`).join("");
  assert.deepEqual(difference(lines(0, 20), lines(0, 10) + "new\n" + lines(10, 20)), [
    "skipped",
    "8",
    "same",
    "8\n9\n",
    "added",
    "new\n",
    "same",
    "10\n11\n",
    "skipped",
    "8",
  ]);
});

test("the pieces of a short text make up both", () => {
  const [before, after] = ["Grüße 🦀 an alle,\nund mehr\n", "Grüße 🐙 an viele,\nmehr"];
  const pieces = difference(before, after) ?? [];
  const only = (...kinds: string[]) => pieces.filter((_, at) => at % 2 === 1 && kinds.includes(pieces[at - 1]!)).join("");
  assert.equal(only("same", "removed"), before);
  assert.equal(only("same", "added"), after);
});

test("texts that cannot be compared in time are given up", () => {
  assert.equal(difference("a\nb\nc\n", "d\ne\nf\n", -1), null);
});
