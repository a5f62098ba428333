import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState, Transaction, type TransactionSpec } from "@codemirror/state";
import { Steps } from "../src/steps.ts";

/** What is taken back at once, when all this is done one after the other without a pause. */
function steps(edits: readonly TransactionSpec[], isComposing = false): string[] {
  const grouped = new Steps();
  const found: string[] = [];
  let state = EditorState.create();
  for (const edit of edits) {
    const transaction = state.update(edit);
    const text = transaction.annotation(Transaction.userEvent)?.startsWith("delete") ? "<" : inserted(transaction);
    if (grouped.begins(transaction, isComposing)) found.push(text);
    else found[found.length - 1] += text;
    ({ state } = transaction);
  }
  return found;
}

function inserted(transaction: Transaction): string {
  let text = "";
  transaction.changes.iterChanges((_from, _to, _fromAfter, _toAfter, insert) => (text += insert.toString()));
  return text;
}

/** Key by key, from a place on. */
function typed(text: string, at = 0): TransactionSpec[] {
  return [...text].map((insert, index) => ({ changes: { from: at + index, insert }, userEvent: insert === "\n" ? "input" : "input.type" }));
}

test("a few words are one step, and what is typed on without a pause is not", () => {
  assert.deepEqual(steps(typed("a few words")), ["a few words"]);
  assert.deepEqual(steps(typed("one two three four five six seven eight nine ten")), ["one two three four five six seven ", "eight nine ten"]);
  const word = "x".repeat(100);
  assert.deepEqual(steps(typed(word)), [word], "never within a word");
});

test("a line ends a step", () => {
  assert.deepEqual(steps(typed("one\ntwo\n\nthree")), ["one\n", "two\n", "\n", "three"]);
});

test("what is mistyped and mended belongs to what is typed", () => {
  const mended = [...typed("helo"), { changes: { from: 3, to: 4 }, userEvent: "delete.backward" }, ...typed("lo", 3)];
  assert.deepEqual(steps(mended), ["helo<lo"]);
});

test("a paste, a format and a move are steps of their own, and so is what is typed elsewhere", () => {
  const paste = { changes: { from: 3, insert: "pasted" }, userEvent: "input.paste" };
  assert.deepEqual(steps([...typed("one"), paste, ...typed("two", 9)]), ["one", "pasted", "two"]);
  const format = { changes: [{ from: 0, insert: "**" }, { from: 3, insert: "**" }], userEvent: "input.format" };
  assert.deepEqual(steps([...typed("one"), format, ...typed("!", 5)]), ["one", "****", "!"]);
  assert.deepEqual(steps([...typed("one two"), ...typed("x", 1)]), ["one two", "x"]);
});

test("a composition is never taken apart", () => {
  const stages = ["に", "にほ", "日本"].map((insert, at) => ({ changes: { from: 40, to: at === 0 ? 40 : 40 + at, insert }, userEvent: "input.type.compose" }));
  assert.equal(steps([...typed(`${"word ".repeat(8)}`), ...stages], true).length, 1);
});
