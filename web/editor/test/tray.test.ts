import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName } from "../src/tray/buttons.ts";
import { fence } from "../src/tray/sending.ts";

test("a fence is longer than what it holds", () => {
  assert.equal(fence("text"), "```");
  assert.equal(fence("`code` and\n````\nmore\n````\n"), "`````");
  assert.equal(fence("`a` ".repeat(200_000)), "```");
});

test("a title is a name that every file system takes", () => {
  assert.equal(fileName('A/B: "what?"'), "A-B- -what--.md");
});
