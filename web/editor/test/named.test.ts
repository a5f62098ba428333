import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { leadsTo } from "../src/attach/named.ts";
import { markdownParser } from "../src/markdown.ts";
import { namedAt } from "../src/preview/names.ts";

type Found = [url: string, words: string, isPicture: boolean];

/** Texts with the names that the reader finds in them; a test of `web/prose` holds it to that. */
const texts = JSON.parse(readFileSync("../prose/tests/named.json", "utf8")) as [string, Found[]][];

function found(text: string): Found[] {
  const all: Found[] = [];
  markdownParser()
    .parse(text)
    .iterate({
      enter: ({ name, from, to }) => {
        if (name !== "NameLink" && name !== "NameEmbed") return;
        const written = text.slice(from, to);
        const named = namedAt(written);
        assert.ok(named !== null && named.length === written.length, written);
        assert.equal(written.slice(named.from, named.to), named.words);
        all.push([named.url, named.words, named.picture !== null]);
      },
    });
  return all;
}

test("what is a name between brackets while somebody writes is one for whoever reads", () => {
  for (const [text, names] of texts) assert.deepEqual(found(text), names, text);
});

test("a name of a text leads to a document of the room, and one of a file to the document's own", () => {
  const id = "0198c0de-0000-7000-8000-000000000001";
  const url = (text: string) => leadsTo(namedAt(text)?.url ?? "", id);
  assert.equal(url("[[Other note#Part two]]"), `/documents/${id}/linked?path=Other%2520note.md#part-two`);
  assert.equal(url("![[a b.png|300]]"), `/api/v1/documents/${id}/attachments/named?path=a%2520b.png`);
  assert.equal(url("[[#Part]]"), "#part");
});
