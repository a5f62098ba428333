import assert from "node:assert/strict";
import { test } from "node:test";
import { Kind, type Packed } from "../src/prose/unpack.ts";
import { type Block, blocks, kept, sections } from "../src/read/blocks.ts";

/** A document of paragraphs, as the reader would answer. */
function paragraphs(texts: readonly string[]): Packed {
  const numbers: number[] = [];
  let at = 0;
  for (const text of texts) {
    numbers.push(Kind.At, at, Kind.Paragraph, Kind.Text, text.length, Kind.End);
    at += text.length + 2;
  }
  return { numbers: Uint32Array.from(numbers), text: texts.join("") };
}

function texts(packed: Packed, list: readonly Block[]): string[] {
  return list.map(({ textFrom, textTo }) => packed.text.slice(textFrom, textTo));
}

/** Numbers that look random, the same each time. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("blocks know their words and where they begin", () => {
  const packed = paragraphs(["one", "two", ""]);
  const found = blocks(packed);
  assert.deepEqual(texts(packed, found), ["one", "two", ""]);
  assert.deepEqual(found.map(({ at }) => at), [0, 5, 10]);
});

test("a section ends when it is long, in letters or in blocks", () => {
  const long = "x".repeat(4_000);
  const lengths = (all: string[]) => sections(blocks(paragraphs(all))).map((section) => section.length);
  assert.deepEqual(lengths([long, long, "a", "b"]), [2, 2]);
  assert.deepEqual(lengths(Array.from({ length: 100 }, () => "a")), [40, 40, 20]);
  assert.deepEqual(lengths([]), []);
});

test("whatever changes, what is kept is what it was and the rest is made anew", () => {
  const numbers = random(7);
  const next = (below: number) => Math.floor(numbers.next().value * below);
  for (let round = 0; round < 300; round += 1) {
    const before = Array.from({ length: next(160) }, () => "abc"[next(3)] ?? "");
    const after = [...before];
    for (let edits = next(3); edits >= 0; edits -= 1) after.splice(next(after.length + 1), next(50), ...Array.from({ length: next(4) }, () => "abcd"[next(4)] ?? ""));
    const [one, other] = [paragraphs(before), paragraphs(after)];
    const shown = sections(blocks(one));
    const all = blocks(other);
    const { first, last } = kept(one, shown, other, all);
    assert.ok(first + last <= shown.length);
    const [head, tail] = [shown.slice(0, first).flat(), shown.slice(shown.length - last).flat()];
    assert.ok(head.length + tail.length <= all.length);
    assert.deepEqual(texts(one, head), texts(other, all.slice(0, head.length)));
    assert.deepEqual(texts(one, tail), texts(other, all.slice(all.length - tail.length)));
    if (before.join("|") === after.join("|")) assert.equal(first, shown.length);
  }
});

test("one word that is typed changes one section", () => {
  const before = Array.from({ length: 400 }, (_, at) => `paragraph ${at}`);
  const after = before.with(200, "something else");
  const [one, other] = [paragraphs(before), paragraphs(after)];
  const shown = sections(blocks(one));
  const { first, last } = kept(one, shown, other, blocks(other));
  assert.equal(first + last, shown.length - 1);
});
