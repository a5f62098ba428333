import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import catalogue from "../../locale/commands.en.ftl";
import { COMMANDS, EDITING, FORMATS, PARTS } from "../src/commands/list.ts";
import { rank } from "../src/commands/rank.ts";
import { say } from "../src/commands/words.ts";
import { keysOfDeeds, named } from "../src/deeds.ts";
import { keyName } from "../src/toolbar/keys.ts";

const none = () => undefined;

test("beginnings come before parts and scattered letters", () => {
  assert.equal(rank("", "anything"), 0);
  assert.equal(rank("mee", "Meeting notes"), 0);
  assert.equal(rank("not", "Meeting notes"), 1);
  assert.equal(rank("ting", "Meeting notes"), 2);
  assert.equal(rank("mtn", "Meeting notes"), 3);
  assert.equal(rank("xyz", "Meeting notes"), null);
  assert.equal(rank("É", "été"), 0);
});

test("every key in the list is bound to the deed that stands beside it, once, also on Apple's keyboards", () => {
  const deeds = named({ undo: none, redo: none, file: none, download: none, print: none, nextPerson: none });
  for (const apple of [false, true]) {
    const bound = keysOfDeeds(deeds, apple);
    for (const { name, keys, mac } of [...EDITING, ...FORMATS] as { name: keyof typeof deeds; keys?: string[]; mac?: string[] }[]) {
      for (const key of (apple ? mac : undefined) ?? keys ?? []) {
        const found = bound.filter((one) => one.key === key);
        assert.equal(found.length, 1, key);
        if (name !== "link") assert.equal(found[0]?.run, deeds[name], key);
      }
    }
  }
});

test("every command is listed once, and every name of the list has its words in the catalogue and the other way round", () => {
  const names = PARTS.flatMap(([part, all]) => [part, ...all.map(({ name }) => name)]);
  assert.equal(new Set(names).size, names.length);
  for (const { name } of COMMANDS) assert.ok(names.includes(name), name);
  for (const name of names) assert.notEqual(say(name), name);
  const said = [...names, "palette-placeholder", "palette-none", "palette-room"];
  const words = catalogue.split("\n").flatMap((line) => (line.startsWith("#") || !line.includes(" = ") ? [] : [line.split(" = ")[0] ?? ""]));
  for (const word of words) assert.ok(said.includes(word), `\`${word}\` is not used`);
});

test("the page of commands says what the palette and the list of keys say", () => {
  const rows = PARTS.flatMap(([part, all]) => [
    `\n## ${say(part)}\n\n| Command | Keys |\n| --- | --- |`,
    ...all.map(({ name, keys = [] }) => `| ${say(name)} | ${keys.map((key) => `\`${key.split(" ").map((one) => keyName(one, false)).join("` `")}\``).join(" or ")} |`),
  ]);
  const page = `# Commands

All of them are in the palette (\`Ctrl+K\`), and those with keys in the list that \`?\` opens. On Apple's keyboards ⌘ takes the place of Ctrl.
This page is written from the same list (\`web/editor/src/commands/list.ts\`): \`INKLING_WRITE=1 npm test\` in \`web/editor\`.
${rows.join("\n")}
`;
  const path = "../COMMANDS.md";
  if (process.env["INKLING_WRITE"] !== undefined) writeFileSync(path, page);
  assert.equal(readFileSync(path, "utf8"), page);
});
