import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import looks from "../../locale/looks.en.ftl";
import modes from "../../locale/modes.en.ftl";
import { CHOICES } from "../src/choices.ts";
import { type Unit, unitAround } from "../src/modes/unit.ts";
import { sentences } from "../src/words.ts";
import { stateOf } from "./marked.ts";

/** `¦` is the caret; what stands out is compared. */
function check(unit: Unit, text: string, within: string): void {
  const state = stateOf(text);
  const found = unitAround(state, state.selection.main.head, unit).within;
  assert.equal(state.sliceDoc(found.from, found.to), within);
}

test("the paragraph that holds the caret stands out in whole lines, also at its ends", () => {
  check("paragraph", "one\n\ntwo is\nlo¦ng\n\nthree", "two is\nlong");
  check("paragraph", "one\n\ntwo is\nlong¦\n\nthree", "two is\nlong");
  check("paragraph", "one\n\n¦two is\nlong\n\nthree", "two is\nlong");
  check("paragraph", "# He¦ad\ntext", "# Head");
  check("paragraph", "- one\n- t¦wo\n- three", "- two");
  check("paragraph", "```\na\n\nb¦\n```", "```\na\n\nb\n```");
  check("paragraph", "one\n\n¦\n\ntwo", "");
});

test("the sentence that holds the caret stands out, over line breaks, and the last one while it is written", () => {
  check("sentence", "First one. Sec¦ond one? Third.", "Second one?");
  check("sentence", "First one. Second\nis lo¦ng. Third.", "Second\nis long.");
  check("sentence", "First one. Second¦", "Second");
  check("sentence", "One.\n\nTwo. Th¦ree.", "Three.");
});

test("every word of the choices is in the catalogue, and every one there is said", () => {
  const say = sentences(looks);
  const names = Object.entries(CHOICES).flatMap(([choice, words]) => [choice, ...words.map((word) => `${choice}-${word}`)]);
  for (const name of names) assert.notEqual(say(name), name);
  assert.deepEqual(namesIn(looks).filter((name) => !names.includes(name)), []);
  const vim = readFileSync("src/modes/vim.ts", "utf8");
  for (const name of namesIn(modes)) assert.ok(vim.includes(`"${name}"`), name);
});

test("every choice is there before the first paint", () => {
  const theme = readFileSync("src/theme.ts", "utf8");
  for (const choice of Object.keys(CHOICES)) assert.ok(theme.includes(`"${choice}"`), choice);
});

function namesIn(catalogue: string): string[] {
  return catalogue.split("\n").flatMap((line) => (line.startsWith("#") || !line.includes(" = ") ? [] : [line.split(" = ")[0] ?? ""]));
}
