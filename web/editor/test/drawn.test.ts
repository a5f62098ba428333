import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../src/drawn/kept.ts";
import { NODES_MAX, type Tree } from "../src/drawn/paper.ts";
import { type Answer, set } from "../src/drawn/set.ts";
import { type Hand, Turns } from "../src/drawn/turns.ts";

function formula(source: string): Answer {
  return set({ source, isDisplay: false });
}

/** All elements, the outer before the inner. */
function elements(tree: Tree): Exclude<Tree, string>[] {
  return typeof tree === "string" ? [] : [tree, ...tree[3].flatMap(elements)];
}

function words(tree: Tree): string {
  return typeof tree === "string" ? tree : tree[3].map(words).join("");
}

test("a formula is set to be seen and to be heard", () => {
  const answer = formula("\\frac{1}{n}");
  assert.ok("tree" in answer);
  const all = elements(answer.tree);
  assert.ok(all.some(([name]) => name === "mfrac"), "as MathML");
  assert.ok(all.some(([, { class: names }]) => names === "frac-line"), "as it looks");
  assert.equal(words(all.find(([name]) => name === "annotation")!), "\\frac{1}{n}");
});

test("what TeX does not understand is said in its words", () => {
  assert.deepEqual(formula("\\nope"), { problem: "Undefined control sequence: \\nope" });
  assert.deepEqual(formula("\\def\\a{\\a\\a}\\a"), { problem: "Too many expansions: infinite loop or need to increase maxExpand setting" });
});

test("nothing that leads or loads from somewhere is set", () => {
  for (const source of [
    "\\href{javascript:alert(1)}{x}",
    "\\url{https://example.org}",
    "\\includegraphics{https://example.org/x.png}",
    "\\htmlClass{person-caret}{x}",
    "\\htmlId{save-state}{x}",
    "\\htmlStyle{position:fixed}{x}",
    "\\htmlData{testid=a}{x}",
  ]) {
    const answer = formula(source);
    assert.ok("tree" in answer);
    for (const [name, attributes, styles] of elements(answer.tree)) {
      assert.ok(!["a", "img", "mglyph"].includes(name), source);
      assert.ok(!Object.keys(attributes).some((key) => /^(href|src|style|id|data-|on)/.test(key)), source);
      assert.ok(attributes["class"] !== "person-caret" && styles["position"] !== "fixed", source);
    }
  }
});

test("no formula becomes more elements than a page can bear, however few words ask for them", () => {
  for (const source of ["x".repeat(NODES_MAX), "{".repeat(3_000) + "x" + "}".repeat(3_000), "x^{".repeat(1_900) + "x" + "}".repeat(1_900)]) {
    assert.deepEqual(formula(source), { name: "too-large" });
  }
  assert.deepEqual(formula("x".repeat(9_000)), { name: "too-long" });
  assert.ok("tree" in formula("x"), "and the next one has room");
});

test("whoever does not come back is replaced, and what they were asked is given up", async () => {
  let hands = 0;
  let closed = 0;
  const open = async (): Promise<Hand<string, string>> => {
    hands += 1;
    return { ask: (question) => (question === "bomb" ? new Promise(() => {}) : Promise.resolve(`${question}!`)), close: () => void (closed += 1) };
  };
  const turns = new Turns(open, 20);
  assert.deepEqual(await Promise.all(["a", "bomb", "b"].map((question) => turns.ask(question))), ["a!", "late", "b!"]);
  assert.deepEqual([hands, closed], [2, 1]);
});

test("whoever cannot be reached is tried again for the next", async () => {
  let tries = 0;
  const open = async (): Promise<Hand<string, string>> => {
    tries += 1;
    if (tries === 1) throw new Error("no network");
    return { ask: async (question) => question, close: () => {} };
  };
  const turns = new Turns(open, 1_000);
  assert.equal(await turns.ask("a"), "away");
  assert.equal(await turns.ask("a"), "a");
});

test("what is kept has a bound, and what was asked for last stays", () => {
  const kept = new Kept<number>(10);
  kept.set("a", 1, 4);
  kept.set("b", 2, 4);
  kept.get("a");
  kept.set("c", 3, 4);
  assert.deepEqual(["a", "b", "c"].map((key) => kept.get(key)), [1, undefined, 3]);
});
