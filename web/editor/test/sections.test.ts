import assert from "node:assert/strict";
import { test } from "node:test";
import { IterMode, type Tree, TreeFragment } from "@lezer/common";
import { markdownParser } from "../src/markdown.ts";
import { sectionsOf } from "../src/groups.ts";
import { AT_ONCE, type Pace } from "../src/pace.ts";
import { SECTION_UNITS, SectionedParser } from "../src/sections.ts";
import { counting } from "./counting.ts";
import { draws } from "./draws.ts";

const whole = markdownParser();

const PIECES = [
  ..."\n", "\n\n", "\n\n\n", "a word", "# ", "## ", "- ", "  - ", "1. ", "> ", "    ", "```\n", "~~~\n", "===\n", "---\n", "***", "| a | b |\n", "|---|---|\n", "<div>\n", "</div>\n", "<!-- ",
  "-->", "[x]: y\n", "[x](y)", "**", "`", "\t", " ", "- [ ] ", "\\", "𝄞", "* * *\n", "text\nmore text\n",
];

function text(draw: (below: number) => number, pieces: number): string {
  return Array.from({ length: pieces }, () => PIECES[draw(PIECES.length)]).join("");
}

/** Every node of Markdown. */
function named(tree: Tree): string[] {
  const found: string[] = [];
  tree.iterate({ enter: (node) => void (node.name === "Section" || found.push(`${node.name} ${node.from} ${node.to}`)) });
  return found;
}

test("sections are parsed as the whole is, whatever is typed and wherever parsing was stopped", () => {
  let [reusedParses, leftParses] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const draw = draws(seed);
    let pace: Pace = AT_ONCE;
    const sectioned = new SectionedParser(whole, 20 + draw(200), () => pace);
    let now = text(draw, 20 + draw(200));
    let fragments = TreeFragment.addTree(sectioned.parse(now));
    for (let edit = 0; edit < 12; edit++) {
      const from = draw(now.length + 1);
      const to = Math.min(now.length, from + (draw(3) === 0 ? draw(60) : 0));
      const insert = draw(4) === 0 ? "" : text(draw, 1 + draw(3));
      now = now.slice(0, from) + insert + now.slice(to);
      fragments = [...TreeFragment.applyChanges(fragments, [{ fromA: from, toA: to, fromB: from, toB: from + insert.length }], 1 + draw(30))];
      if (draw(3) === 0) {
        // As an editor does that has no more time: it stops, keeps what there is, and goes on later.
        const parse = sectioned.startParse(now, fragments);
        parse.stopAt(draw(now.length + 1));
        let part: Tree | null = null;
        while (part === null) part = parse.advance();
        fragments = [...TreeFragment.addTree(part, fragments, true)];
      }
      if (draw(3) === 0) {
        // Or as one that goes step by step, and leaves the rest for when there is time.
        const left: { from: number; to: number }[] = [];
        const from = draw(now.length + 1);
        pace = { leaves: (at) => at >= from && draw(3) === 0, leave: (_input, from, to) => void left.push({ from, to }) };
        const part = sectioned.parse(now, fragments);
        pace = AT_ONCE;
        fragments = [...TreeFragment.addTree(part, fragments)];
        for (const { from, to } of left) fragments = [...TreeFragment.applyChanges(fragments, [{ fromA: from, toA: to, fromB: from, toB: to }])];
        leftParses += left.length;
      }
      const tree = sectioned.parse(now, fragments);
      assert.deepEqual(named(tree), named(whole.parse(now)), `seed ${seed}, edit ${edit}: ${JSON.stringify(now)}`);
      const kept = new Set(fragments.flatMap((fragment) => [...sectionsOf(fragment.tree)].map(([section]) => section)));
      if ([...sectionsOf(tree)].some(([section]) => kept.has(section))) reusedParses += 1;
      fragments = [...TreeFragment.addTree(tree, fragments)];
    }
  }
  assert.ok(reusedParses > 1000, `sections were taken from the last tree in ${reusedParses} parses only`);
  assert.ok(leftParses > 300, `only ${leftParses} parses left something for later`);
});

test("a key reads no more of a long text than of a short one", () => {
  const paragraph = "## A part\n\nSome **strong** words, and a sentence that goes on for a while.\n\n- one thing\n- another\n\n";
  const sectioned = new SectionedParser(whole);
  for (const units of [100_000, 1_000_000]) {
    const long = paragraph.repeat(units / paragraph.length);
    const fragments = TreeFragment.addTree(sectioned.parse(long));
    for (const at of [20, Math.floor(long.length / 2), long.length - 1]) {
      const typed = long.slice(0, at) + "x" + long.slice(at);
      const kept = TreeFragment.applyChanges(fragments, [{ fromA: at, toA: at, fromB: at, toB: at + 1 }]);
      const counted = counting(typed);
      sectioned.parse(counted, kept);
      assert.ok(counted.units < 6 * SECTION_UNITS, `${counted.units} units were read for a key at ${at} of ${units}`);
    }
  }
});

test("whoever looks for what is in view passes few sections, wherever that is in a long text", () => {
  const tree = new SectionedParser(whole).parse("## A part\n\nSome **strong** words.\n\n".repeat(140_000));
  assert.ok([...sectionsOf(tree)].length > 500);
  for (const from of [0, tree.length >> 1, tree.length - 3_000]) {
    let passed = 0;
    // As `iterate` goes.
    for (let cursor = tree.cursor(IterMode.IncludeAnonymous), isDone = !cursor.firstChild(); !isDone; ) {
      const isInView = cursor.from <= from + 3_000 && cursor.to >= from;
      if (!isInView) passed += 1;
      if (isInView && cursor.firstChild()) continue;
      while (!isDone && !cursor.nextSibling()) isDone = !cursor.parent();
    }
    assert.ok(passed > 0 && passed < 300, `${passed} nodes were passed at ${from}`);
  }
});
