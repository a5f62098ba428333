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

type Found = CompletionResult | null;

/** What is offered at the caret. */
async function offered(source: (context: CompletionContext) => Found | Promise<Found>, text: string): Promise<string[] | null> {
  const state = stateOf(text);
  const found = await source(new CompletionContext(state, state.selection.main.head, false));
  return found?.options.map(({ displayLabel, label }) => displayLabel ?? label) ?? null;
}

test("blocks are offered at the start of a line, and found by how their words begin", async () => {
  assert.equal((await offered(blockSource, "/¦"))?.length, 14);
  assert.deepEqual(await offered(blockSource, "> /h2¦"), ["Heading 2"]);
  assert.deepEqual(await offered(blockSource, "/table¦"), ["Table"]);
  assert.deepEqual(await offered(blockSource, "/zzz¦"), []);
  assert.equal(await offered(blockSource, "and/¦"), null);
  assert.equal(await offered(blockSource, "```\n/¦\n```"), null);
});

test("emoji are offered from two letters on, and neither within words nor in code", async () => {
  assert.ok((await offered(emojiSource, "well :sm¦"))?.includes("smile"));
  assert.equal(await offered(emojiSource, "well :s¦"), null);
  assert.equal(await offered(emojiSource, "at 10:30¦"), null);
  assert.equal(await offered(emojiSource, "std:vec¦"), null);
  assert.equal(await offered(emojiSource, "`:sm¦`"), null);
});

test("people and documents are those that the room has", async () => {
  assert.deepEqual(await offered(person, "hello @¦"), ["Ada Lovelace", "ben"]);
  assert.equal(await offered(person, "ada@exam¦"), null);
  assert.deepEqual(await offered(document, "see [[pl¦"), ["Plan [draft]"]);
  assert.equal(await offered(document, "`[[pl¦`"), null);
});

test("a list that is on its way is waited for", async () => {
  const told: string[] = [];
  const asked = offered(personSource(() => ({ people: () => told, documents: () => [] })), "@¦");
  told.push("ada", "Ada");
  assert.deepEqual(await asked, ["Ada"]);
});

test("a link to a document is plain Markdown, whatever its title holds", async () => {
  assert.equal(documentLink("1", "Plan [draft] *2*"), "[Plan \\[draft\\] \\*2\\*](/documents/1)");
});
