import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeSet, EditorState, Text } from "@codemirror/state";
import { difference, pack, textHash, unpack } from "../src/splice.ts";
import { keepPairs, mendSplice } from "../src/surrogate.ts";

const applied = (text: string, splice: { from: number; to: number; insert: string } | null) =>
  splice === null ? text : text.slice(0, splice.from) + splice.insert + text.slice(splice.to);

test("a transaction is the same on both sides", () => {
  const changes = ChangeSet.of([{ from: 0, to: 2, insert: "a𝄞" }, { from: 5, insert: Text.of(["ü", "x"]) }], 9);
  const { triples, inserted } = pack(changes);
  assert.deepEqual([...triples], [0, 2, 3, 5, 5, 3]);
  assert.deepEqual(unpack(triples, inserted), [
    { from: 0, to: 2, insert: "a𝄞" },
    { from: 5, to: 5, insert: "ü\nx" },
  ]);
});

test("a replaced text is one small change that cuts no surrogate pair", () => {
  assert.equal(difference("same", "same"), null);
  assert.deepEqual(difference("", "ab"), { from: 0, to: 0, insert: "ab" });
  assert.deepEqual(difference("aaa", "aa"), { from: 2, to: 3, insert: "" });
  // U+1D11E and U+1D11F share their first unit; U+1D11E and U+1F11E their second.
  for (const [before, after] of [["x𝄞y", "x𝄟y"], ["x\u{1D11E}y", "x\u{1F11E}y"]] as const) {
    const splice = difference(before, after);
    assert.equal(applied(before, splice), after);
    assert.deepEqual([splice?.from, splice?.to], [1, 3]);
  }
});

test("the hash is the one that the replica works out", () => {
  // From `shared::replica::text_hash`.
  assert.equal(textHash(Text.of([""]).iter()), 0x811c9dc5);
  const lines = Text.of(["# Tïtle", "", "𝄞 end"]);
  let expected = 0x811c9dc5;
  for (const unit of lines.toString().split("").map((c) => c.charCodeAt(0))) expected = Math.imul(expected ^ unit, 0x01000193) >>> 0;
  assert.equal(textHash(lines.iter()), expected);
});

test("a change that would cut a pair is widened, and an insert within one comes before it", () => {
  const doc = Text.of(["a𝄞b"]);
  assert.deepEqual(mendSplice(doc, { from: 2, to: 3, insert: "" }), { from: 1, to: 3, insert: "" });
  assert.deepEqual(mendSplice(doc, { from: 1, to: 2, insert: "" }), { from: 1, to: 3, insert: "" });
  assert.deepEqual(mendSplice(doc, { from: 2, to: 2, insert: "x" }), { from: 1, to: 1, insert: "x" });
  assert.deepEqual(mendSplice(doc, { from: 0, to: 1, insert: "x" }), { from: 0, to: 1, insert: "x" });
});

test("half a pair is never inserted", () => {
  const state = EditorState.create({ doc: "ab", extensions: keepPairs(() => false) });
  assert.equal(state.update({ changes: { from: 1, insert: "\uD834" } }).newDoc.toString(), "a\uFFFDb");
  assert.equal(state.update({ changes: { from: 1, insert: "\uD834\uDD1E" } }).newDoc.toString(), "a𝄞b");
});

test("lines are separated by line feeds only, and a carriage return is a character", () => {
  const state = EditorState.create({ extensions: EditorState.lineSeparator.of("\n") });
  const changed = state.update({ changes: { from: 0, insert: "a\r\nb" } });
  const { triples, inserted } = pack(changed.changes);
  assert.deepEqual([[...triples], inserted], [[0, 0, 4], "a\r\nb"]);
});
