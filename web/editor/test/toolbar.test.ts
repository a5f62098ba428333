import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import catalogue from "../../locale/format.en.ftl";
import { ariaKey, keyName } from "../src/toolbar/keys.ts";

test("keys are named as the machine's own keyboard has them", () => {
  assert.equal(keyName("Mod-Shift-x", false), "Ctrl+Shift+X");
  assert.equal(keyName("Mod-Alt-1", true), "⌘⌥1");
  assert.equal(keyName("Mod-Shift-.", false), "Ctrl+Shift+.");
  assert.equal(ariaKey("Mod-Shift-x", true), "Meta+Shift+x");
});

test("every word that is written with is in the catalogue, and every one there is said", () => {
  const names = catalogue.split("\n").flatMap((line) => (line.startsWith("#") || !line.includes(" = ") ? [] : [line.split(" = ")[0] ?? ""]));
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join("src", path), "utf8"))
    .filter((text) => text.includes("toolbar/words.ts") || text.includes('"./words.ts"'));
  assert.ok(sources.length > 0 && names.length > 0);
  for (const name of names) assert.ok(sources.some((text) => text.includes(`"${name}"`)), `\`${name}\` is not used`);
  const own = sources.filter((text) => /toolbar\/words\.ts|OUTLINES/.test(text));
  for (const [, name = ""] of own.join("\n").matchAll(/\bsay\("([^"]+)"/g)) assert.ok(names.includes(name), `\`${name}\` is not in the catalogue`);
});
