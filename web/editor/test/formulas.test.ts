import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { markdownParser } from "../src/markdown.ts";
import { formulaOf } from "../src/preview/formulas.ts";

type Found = [source: string, isDisplay: boolean];

/** Texts with what the reader finds in them; a test of `web/prose` holds it to that. */
const texts = JSON.parse(readFileSync("../prose/tests/formulas.json", "utf8")) as [string, Found[]][];

function found(text: string): Found[] {
  const all: Found[] = [];
  markdownParser()
    .parse(text)
    .iterate({
      enter: (node) => {
        if (node.name !== "Formula" && node.name !== "DisplayFormula") return;
        all.push([formulaOf(text, node.node).replace(/\s/g, ""), node.name === "DisplayFormula"]);
        return false;
      },
    });
  return all;
}

test("marks that have lines of their own hold a formula whatever its braces, and what sets formulas tells what is wrong", () => {
  assert.deepEqual(found("$$\n\\a{\n\\b\n$$"), [["\\a{\\b", true]]);
  assert.deepEqual(found("words\n$$\nx}\n$$ "), [["x}", true]]);
  assert.deepEqual(found("> > $$\n> > x{\n> > $$"), [["x{", true]]);
  assert.deepEqual(found("- $$\n  x{\n  $$\n- y"), [["x{", true]]);
  assert.deepEqual(found("- [ ] $$\n  x{\n  $$"), [["x{", true]]);
  for (const text of ["\\$$\na{\n$$", "$$\na{\n\n$$", "$$ a{\n$$", "    $$\n    a{\n    $$"]) assert.deepEqual(found(text), [], text);
});

test("what is a formula while somebody writes is one for whoever reads", () => {
  const differ = texts.filter(([text, formulas]) => JSON.stringify(found(text)) !== JSON.stringify(formulas));
  assert.ok(texts.filter(([, formulas]) => formulas.length > 0).length > 300, "many of the texts have one");
  assert.deepEqual(differ.map(([text, formulas]) => ({ text, reader: formulas, editor: found(text) })).slice(0, 8), []);
});
