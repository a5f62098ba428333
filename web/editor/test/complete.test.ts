import assert from "node:assert/strict";
import { test } from "node:test";
import { CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { blockSource } from "../src/complete/blocks.ts";
import { emojiSource } from "../src/complete/emoji.ts";
import { documentLink, documentSource, personSource } from "../src/complete/known.ts";
import { stateOf } from "./marked.ts";

const known = () => ({ people: () => ["ada", "Ada Lovelace", "ben", "ben"], documents: () => ["1", "Plan [draft]"] });
const person = personSource(known);
const document = documentSource(known);

/** What is offered at the caret. */
function offered(source: (context: CompletionContext) => CompletionResult | null, text: string): string[] | null {
  const state = stateOf(text);
  const found = source(new CompletionContext(state, state.selection.main.head, false));
  return found?.options.map(({ displayLabel, label }) => displayLabel ?? label) ?? null;
}

test("blocks are offered at the start of a line, and found by how their words begin", () => {
  assert.equal(offered(blockSource, "/¦")?.length, 12);
  assert.deepEqual(offered(blockSource, "> /h2¦"), ["Heading 2"]);
  assert.deepEqual(offered(blockSource, "/table¦"), ["Table"]);
  assert.deepEqual(offered(blockSource, "/zzz¦"), []);
  assert.equal(offered(blockSource, "and/¦"), null);
  assert.equal(offered(blockSource, "```\n/¦\n```"), null);
});

test("emoji are offered from two letters on, and neither within words nor in code", () => {
  assert.ok(offered(emojiSource, "well :sm¦")?.includes("smile"));
  assert.equal(offered(emojiSource, "well :s¦"), null);
  assert.equal(offered(emojiSource, "at 10:30¦"), null);
  assert.equal(offered(emojiSource, "std:vec¦"), null);
  assert.equal(offered(emojiSource, "`:sm¦`"), null);
});

test("people and documents are those that the room has", () => {
  assert.deepEqual(offered(person, "hello @¦"), ["Ada Lovelace", "ben"]);
  assert.equal(offered(person, "ada@exam¦"), null);
  assert.deepEqual(offered(document, "see [[pl¦"), ["Plan [draft]"]);
  assert.equal(offered(document, "`[[pl¦`"), null);
});

test("a link to a document is plain Markdown, whatever its title holds", () => {
  assert.equal(documentLink("1", "Plan [draft] *2*"), "[Plan \\[draft\\] \\*2\\*](/documents/1)");
});
