import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Cursor, Kind, unpack } from "../src/prose/unpack.ts";

// What the reader answers for `packed.md`, in hexadecimal; a test of `web/prose` holds it to that.
const answer = unpack(Buffer.from(readFileSync("../prose/tests/packed.hex", "utf8").trim(), "hex"));

test("what the reader answers is read to its last number and its last letter", () => {
  const cursor = new Cursor(answer);
  const names = new Map(Object.entries(Kind).map(([name, kind]) => [kind as number, name]));
  const seen = new Set<string>();
  let depth = 0;
  while (cursor.next()) {
    const name = names.get(cursor.kind);
    assert.ok(name !== undefined, `kind ${cursor.kind}`);
    seen.add(name);
    if (cursor.starts) depth += 1;
    if (cursor.kind === Kind.End) depth -= 1;
    assert.ok(depth >= 0);
  }
  assert.equal(depth, 0);
  assert.equal(cursor.at, answer.numbers.length);
  assert.equal(cursor.textAt, answer.text.length);
  assert.deepEqual([...Object.keys(Kind)].filter((name) => !seen.has(name)), [], "the text has everything that there is");
});

test("what belongs to an event is what the reader meant", () => {
  const cursor = new Cursor(answer);
  const found: unknown[] = [];
  const named: number[] = [Kind.Heading, Kind.CodeBlock, Kind.Link, Kind.Image, Kind.Property];
  const nameless: number[] = [Kind.Cell, Kind.Task, Kind.Numbers, Kind.Footnote];
  while (cursor.next()) {
    if (named.includes(cursor.kind)) found.push([cursor.kind, cursor.text(), cursor.numbers]);
    if (nameless.includes(cursor.kind)) found.push([cursor.kind, cursor.numbers]);
    if (cursor.kind === Kind.Image) found.push([cursor.text(1), cursor.text(2)]);
  }
  assert.deepEqual(found, [
    [Kind.Property, "k", []],
    [Kind.Heading, "ä-b", [2]],
    [Kind.Numbers, [3]],
    [Kind.Task, [1]],
    [Kind.CodeBlock, "rust", []],
    [Kind.Cell, [2, 1]],
    [Kind.Cell, [2, 0]],
    [Kind.Link, "https://a.b", []],
    [Kind.Image, "/c", [3, 4]],
    ["d", "e"],
    [Kind.Footnote, [1, 1]],
  ]);
});
