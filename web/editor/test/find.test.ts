import assert from "node:assert/strict";
import { test } from "node:test";
import { SearchQuery } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { counting, faultOf, type Found, FOUND_MAX, placeOf } from "../src/find/count.ts";
import { cellText, readTable, stretches } from "../src/preview/table/model.ts";

type Asked = Omit<ConstructorParameters<typeof SearchQuery>[0], "search">;

/** What is found, and in how many steps. */
function find(doc: string, search: string, asked: Asked = {}): Found & { steps: number } {
  const work = counting(new SearchQuery({ search, ...asked }), EditorState.create({ doc }));
  for (let steps = 1; ; steps++) {
    const step = work.next();
    if (step.done === true) return { ...step.value, steps };
  }
}

/** All that the library's own cursor finds in one go. */
function atOnce(doc: string, search: string, asked: Asked = {}): { from: number; to: number }[] {
  const cursor = new SearchQuery({ search, ...asked }).getCursor(EditorState.create({ doc }));
  const all: { from: number; to: number }[] = [];
  for (let step = cursor.next(); step.done !== true; step = cursor.next()) all.push({ from: step.value.from, to: step.value.to });
  return all;
}

function check(doc: string, search: string, asked: Asked = {}): Found & { steps: number } {
  const found = find(doc, search, asked);
  assert.deepEqual(found.matches, atOnce(doc, search, asked));
  return found;
}

test("what is found in steps is what is found at once", () => {
  const lines = Array.from({ length: 2_500 }, (_, at) => `line ${at} says ab abab, é and e\u0301\n${at % 7 === 0 ? "" : "abc"}`).join("\n");
  for (const search of ["ab", "ABAB", "é", "says ab abab", "abc\\nline", "nowhere"]) {
    for (const asked of [{}, { caseSensitive: true }, { wholeWord: true }]) check(lines, search, asked);
  }
  for (const search of ["^line \\d+7 ", "b*$", "^$", "(?<=a)b", "\\d+\\s+says", "abc\\nline", "[^b]+ab"]) check(lines, search, { regexp: true });
  assert.ok(check(lines, "abc").steps > 10);
  assert.ok(check(lines, "^abc$", { regexp: true }).steps > 10);
});

test("a line of a megabyte is gone through in steps, and no word is cut", () => {
  const line = "some words and somewhat ".repeat(45_000);
  const found = find(line, "nowhere");
  assert.ok(found.steps > 100);
  check("𝄞a".repeat(30_000).slice(0, 29_000), "aaa");
  check("𝄞ab".repeat(9_000), "ab");
  check(line.slice(0, 200_000), "some", { wholeWord: true });
  check("a".repeat(9_000) + "b".repeat(9_000), "ab");
  check("aab".repeat(9_000), "aabaab");
});

test("no more are counted than anybody goes through", () => {
  const found = find("a ".repeat(FOUND_MAX + 1), "a");
  assert.equal(found.matches.length, FOUND_MAX);
  assert.equal(found.isMore, true);
  assert.equal(find("a ".repeat(FOUND_MAX), "a").isMore, false);
  assert.deepEqual(find("anything", "").matches, []);
});

test("a selection is the match that it covers, and no other", () => {
  const found = find("one two one two one", "one");
  assert.equal(placeOf(found, { from: 0, to: 3 }), 1);
  assert.equal(placeOf(found, { from: 16, to: 19 }), 3);
  assert.equal(placeOf(found, { from: 8, to: 10 }), 0);
  assert.equal(placeOf(found, { from: 9, to: 12 }), 0);
  assert.equal(placeOf(find("", "one"), { from: 0, to: 0 }), 0);
});

test("a pattern that is broken finds nothing, and what is wrong is told in a few words", () => {
  assert.deepEqual(find("a (b", "a: (", { regexp: true }).matches, []);
  assert.equal(faultOf("a: ("), "Unterminated group");
  assert.equal(faultOf("a"), "");
});

test("a stretch of a table is told by its cells, without the bars between them", () => {
  const table = readTable("| one | two |\n| --- | --- |\n| a \\| b | c |\n| d |")!;
  const said = (words: string) => {
    const from = table.text.indexOf(words);
    return stretches(table, from, from + words.length).map(({ row, column, from: low, to: high }) => [row, column, cellText(table, row, column).slice(low, high)]);
  };
  assert.deepEqual(said("two"), [[0, 1, "two"]]);
  assert.deepEqual(said("ne | t"), [[0, 0, "ne"], [0, 1, "t"]]);
  assert.deepEqual(said("b | c"), [[1, 0, "b"], [1, 1, "c"]]);
  assert.deepEqual(said("\\| b"), [[1, 0, "| b"]]);
  assert.deepEqual(said("---"), []);
  assert.deepEqual(said("c |\n| d"), [[1, 1, "c"], [2, 0, "d"]]);
});
