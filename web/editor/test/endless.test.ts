import assert from "node:assert/strict";
import { test } from "node:test";
import { type Tree, TreeFragment } from "@lezer/common";
import { markdownParser } from "../src/markdown.ts";
import { SectionedParser } from "../src/sections.ts";
import { counting } from "./counting.ts";
import { draws } from "./draws.ts";

const sectioned = new SectionedParser(markdownParser());

const lines = (line: (index: number) => string) => Array.from({ length: 20_000 }, (_, index) => line(index)).join("\n");

const log = lines((index) => `word **${index}** and others`);
const list = lines((index) => `- item **${index}** and others`);

/** What stands in blocks, whichever these are. */
function marked(tree: Tree): string[] {
  const found: string[] = [];
  tree.iterate({ enter: ({ name, from, to }) => void (/Section|Document|Paragraph|BulletList/.test(name) || found.push(`${name} ${from} ${to}`)) });
  return found;
}

test("a key in a paragraph or a list of twenty thousand lines reads no more of it than of a long one", () => {
  for (const [text, unitsMax] of [[log, 80_000], [list, 200_000]] as const) {
    const draw = draws(1);
    let now: string = text;
    let fragments = TreeFragment.addTree(sectioned.parse(now));
    for (let key = 0; key < 60; key++) {
      const at = now.indexOf(" ", [3, draw(now.length - 100), now.length - 30][key % 3]);
      const insert = key % 5 === 0 ? " a longer word" : "x";
      now = now.slice(0, at) + insert + now.slice(at);
      const counted = counting(now);
      const kept = TreeFragment.applyChanges(fragments, [{ fromA: at, toA: at, fromB: at, toB: at + insert.length }]);
      const tree = sectioned.parse(counted, kept);
      assert.ok(counted.units < unitsMax, `${counted.units} units were read for a key at ${at} of ${now.length}`);
      if (key % 20 === 0) assert.deepEqual(marked(tree), marked(sectioned.parse(now)));
      fragments = TreeFragment.addTree(tree, kept);
    }
  }
});

test("marks are found in all of a paragraph that has no end, which is cut where nothing else can begin", () => {
  const hard = lines((index) => (index % 3 === 0 ? `word **${index}**` : index % 3 === 1 ? `9${index}. is no item` : `    is no code`));
  const tree = sectioned.parse(hard);
  const names = new Map<string, number>();
  tree.iterate({ enter: ({ name }) => void names.set(name, (names.get(name) ?? 0) + 1) });
  assert.equal(names.get("StrongEmphasis"), Math.ceil(20_000 / 3));
  assert.deepEqual([names.get("OrderedList"), names.get("CodeBlock")], [undefined, undefined]);
  assert.ok((names.get("Paragraph") ?? 0) > 10);
});

test("a paragraph and a list as people write them stay whole", () => {
  const [paragraph, items] = [log.slice(0, 15_000), list.slice(0, 60_000)];
  const count = (text: string, name: string) => {
    let found = 0;
    sectioned.parse(`${text}\n\nthe end`).iterate({ enter: (node) => void (node.name === name && found++) });
    return found;
  };
  assert.equal(count(paragraph, "Paragraph"), 2);
  assert.equal(count(items, "BulletList"), 1);
});

test("in a line of a megabyte marks are looked for in a part of it", () => {
  let looks = 0;
  const counted = markdownParser().configure({ parseInline: [{ name: "Counted", parse: () => (looks++, -1) }] });
  counted.parse("some **words** and `more` of them ".repeat(30_000));
  assert.ok(looks > 1_000 && looks < 30_000, `${looks} units were looked at`);
});
