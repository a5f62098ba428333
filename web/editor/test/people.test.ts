import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeSet } from "@codemirror/state";
import { mapCarets, takeNews } from "../src/people.ts";

const told = (anchor: number, head: number) => [{ peer: 7, anchor, head, colour: "person-1", name: "ada" }];

test("a flag is shown again when its person moves, and not when the text before it changes", () => {
  const first = takeNews([], told(5, 5), 10);
  assert.equal(first[0]?.moves, 1);
  const shifted = mapCarets(first, ChangeSet.of({ from: 0, insert: "abc" }, 10));
  assert.deepEqual([shifted[0]?.head, shifted[0]?.moves], [8, 1]);
  assert.equal(takeNews(shifted, told(8, 8), 13)[0]?.moves, 1);
  assert.equal(takeNews(shifted, told(9, 9), 13)[0]?.moves, 2);
});

test("a caret whose place is not known yet stays where it was", () => {
  const first = takeNews([], told(5, 5), 10);
  assert.equal(takeNews(first, told(-1, -1), 10)[0]?.head, 5);
  assert.deepEqual(takeNews([], told(-1, -1), 10), []);
});

test("a caret never lies beyond the text, and goes with its person", () => {
  const carets = takeNews([], told(50, 99), 10);
  assert.deepEqual([carets[0]?.anchor, carets[0]?.head], [10, 10]);
  assert.deepEqual(takeNews(carets, [], 10), []);
});
