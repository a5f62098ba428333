// Taking documents in and out: where a document's files are looked for, and how several files become one archive.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import catalogue from "../../locale/transfer.en.ftl";
import { leadsTo } from "../src/attach/named.ts";
import { packed } from "../src/transfer/pick.ts";

const DOCUMENT = "0198c0de-0000-7000-8000-000000000001";

test("an address without a site is looked for among the document's files, and every other one is as it was", () => {
  const at = (path: string) => `/api/v1/documents/${DOCUMENT}/attachments/named?path=${path}`;
  for (const [address, expected] of [
    ["images/a b.png", at("images%2Fa%20b.png")],
    ["../a%20b.png", at("..%2Fa%2520b.png")],
    ["ü(1).pdf", at("%C3%BC(1).pdf")],
    ["https://b.example/a.png", "https://b.example/a.png"],
    ["mailto:a@b.example", "mailto:a@b.example"],
    ["//b.example/a.png", "//b.example/a.png"],
    ["\\\\b.example", "\\\\b.example"],
    ["/rooms/1", "/rooms/1"],
    ["#top", "#top"],
    ["?a", "?a"],
    ["", ""],
  ] as const) {
    assert.equal(leadsTo(address, DOCUMENT), expected);
  }
  assert.equal(leadsTo("images/a.png", null), "images/a.png");
});

test("several files become an archive with their paths and their bytes", async () => {
  const files = [
    { path: "notes/ü.md", bytes: new TextEncoder().encode("\ufeff# Soup\r\n") },
    { path: "empty.md", bytes: new Uint8Array() },
    { path: "images/a.png", bytes: Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 251) },
  ];
  const archive = await packed(files.map(({ path, bytes }) => ({ path, file: new File([bytes], path) })), () => false);
  const data = new DataView(await archive!.arrayBuffer());
  const end = data.byteLength - 22;
  assert.equal(data.getUint32(end, true), 0x06054b50);
  assert.equal(data.getUint16(end + 10, true), files.length);
  let at = data.getUint32(end + 16, true);
  for (const { path, bytes } of files) {
    assert.equal(data.getUint32(at, true), 0x02014b50);
    assert.equal(data.getUint32(at + 16, true), crc32(bytes));
    const [size, nameBytes, local] = [data.getUint32(at + 24, true), data.getUint16(at + 28, true), data.getUint32(at + 42, true)];
    assert.equal(size, bytes.length);
    assert.equal(new TextDecoder().decode(new Uint8Array(data.buffer, at + 46, nameBytes)), path);
    assert.equal(data.getUint32(local, true), 0x04034b50);
    assert.equal(data.getUint32(local + 14, true), crc32(bytes));
    const content = new Uint8Array(data.buffer, local + 30 + data.getUint16(local + 26, true), size);
    assert.deepEqual(content, bytes);
    at += 46 + nameBytes;
  }
  assert.equal(at, end);
  assert.equal(await packed([{ path: "a", file: new File([], "a") }], () => true), undefined);
});

test("every word of taking in and out is in the catalogue, and every one there is said", () => {
  const names = catalogue.split("\n").flatMap((line) => (line.startsWith("#") || !line.includes(" = ") ? [] : [line.split(" = ")[0] ?? ""]));
  const source = ["transfer.ts", "transfer/export.ts", "transfer/import.ts", "transfer/post.ts", "transfer/told.ts"]
    .map((path) => readFileSync(`src/${path}`, "utf8"))
    .join("\n");
  // Those of a way, and of what can be chosen, are put together.
  const said = new Set(["import-title", "export-title", "export-kept", "export-kept-lead", "export-relative", "export-relative-lead"]);
  for (const [, name = ""] of source.matchAll(/"((?:import|export|close)[a-z-]*)"/g)) said.add(name);
  for (const name of names) assert.ok(said.has(name), `\`${name}\` is not used`);
  for (const [, name = ""] of source.matchAll(/\bsay\("([^"]+)"/g)) assert.ok(names.includes(name), `\`${name}\` is not in the catalogue`);
});
