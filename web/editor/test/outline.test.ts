import assert from "node:assert/strict";
import { test } from "node:test";
import { foldable } from "@codemirror/language";
import { folding } from "../src/fold.ts";
import { endOf, headingsOf } from "../src/outline/headings.ts";
import { StateEffect } from "@codemirror/state";
import { stateOf } from "./marked.ts";

const TEXT = "¦# One *two*\n\ntext\n\n## [Three](four) ##\n\n> ### Quoted\n\nFive\n====\n\n```\n# none\n```\n";

test("headings are told by their words, without marks and addresses, and not in code", () => {
  assert.deepEqual(
    headingsOf(stateOf(TEXT)).map(({ level, words }) => `${level} ${words}`),
    ["1 One two", "2 Three", "3 Quoted", "1 Five"],
  );
});

test("a section ends before the next heading of its level", () => {
  const state = stateOf(TEXT);
  const headings = headingsOf(state);
  assert.equal(state.sliceDoc(0, endOf(headings, 0, state.doc.length)).split("\n").at(-2), "> ### Quoted");
});

test("sections and items are folded up to where they end, and lines with nothing under them are not", () => {
  const state = stateOf("¦# One\n\ntext\n\n- a\n  - b\n- c\n\n# Two");
  const folds = state.update({ effects: StateEffect.appendConfig.of(folding()) }).state;
  const under = (number: number) => {
    const line = folds.doc.line(number);
    const found = foldable(folds, line.from, line.to);
    return found === null ? null : folds.sliceDoc(found.from, found.to);
  };
  assert.equal(under(1), "\n\ntext\n\n- a\n  - b\n- c");
  assert.equal(under(5), "\n  - b");
  assert.equal(under(7), null);
  assert.equal(under(9), null);
});
