import assert from "node:assert/strict";
import { test } from "node:test";
import { GFM, parser as commonmark } from "@lezer/markdown";
import { boundedParagraphs } from "../src/markdown.ts";

const parser = commonmark.configure([GFM, boundedParagraphs]);

function links(text: string): number[] {
  const found: number[] = [];
  parser.parse(text).iterate({ enter: (node) => void (node.name === "Link" && found.push(node.from)) });
  return found;
}

test("marks deep within one endless paragraph are plain text, and the next paragraph has its own again", () => {
  const line = "see [this](there) and *that*\n";
  const text = `${line.repeat(4_000)}\n[after](it)\n`;
  const found = links(text);
  assert.equal(found[0], 4);
  assert.equal(found.filter((at) => at > 21_000 && at < line.length * 4_000).length, 0);
  assert.equal(found.at(-1), line.length * 4_000 + 1);
});
