import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ChangeSet, type ChangeSpec, Text } from "@codemirror/state";
import catalogue from "../../locale/others.en.ftl";
import type { Caret } from "../src/people.ts";
import { outOfView } from "../src/people/edges.ts";
import { Edits, paragraphAt } from "../src/people/paragraph.ts";
import { joined } from "../src/people/words.ts";

const caret = (name: string, head: number): Caret => ({ peer: head + 1, anchor: head, head, colour: "person-1", name, moves: 1 });

/** The paragraph around `¦`. */
function around(marked: string): string {
  const doc = Text.of(marked.replace("¦", "").split("\n"));
  const { from, to } = paragraphAt(doc, marked.indexOf("¦"));
  return doc.sliceString(from, to);
}

test("a paragraph is what lies between empty lines, and items and headings are their own", () => {
  assert.equal(around("one\n\ntwo\nth¦ree\nfour\n\nfive"), "two\nthree\nfour");
  assert.equal(around("- one\n- t¦wo\n  more\n- three"), "- two\n  more");
  assert.equal(around("- one\n  mo¦re\n- two"), "- one\n  more");
  assert.equal(around("intro\n1. o¦ne\n2. two"), "1. one");
  assert.equal(around("# He¦ad\ntext"), "# Head");
  assert.equal(around("# Head\nte¦xt"), "text");
  assert.equal(around("one\n¦\ntwo"), "");
  assert.equal(around("¦"), "");
});

/** Whose edits are told to somebody at `¦` when others change the text, one after the other. */
function told(marked: string, edits: { change: ChangeSpec; by?: Caret }[]): string[] | null {
  const edited = new Edits();
  let doc = Text.of(marked.replace("¦", "").split("\n"));
  let head = marked.indexOf("¦");
  for (const { change, by } of edits) {
    const changes = ChangeSet.of(change, doc.length);
    const after = changes.apply(doc);
    edited.note({ before: doc, after, changes }, head);
    if (by !== undefined) edited.see([by]);
    head = changes.mapPos(head, -1);
    doc = after;
  }
  return edited.isNone ? null : edited.take();
}

test("whoever writes in one's paragraph is named, and whoever writes elsewhere is not", () => {
  const text = "above\n\nm¦ine and\nmore\n\nbelow";
  assert.deepEqual(told(text, [{ change: { from: 10, insert: "x" }, by: caret("Ben", 11) }]), ["Ben"]);
  assert.equal(told(text, [{ change: { from: 2, insert: "x" }, by: caret("Ben", 3) }]), null);
  assert.equal(told(text, [{ change: { from: 24, insert: "x" }, by: caret("Ben", 25) }]), null);
  // Right before and right behind it.
  assert.equal(told(text, [{ change: { from: 7, insert: "new\n\n" }, by: caret("Ben", 12) }]), null);
  assert.equal(told(text, [{ change: { from: 20, insert: "\n\nnew" }, by: caret("Ben", 25) }]), null);
  // Taken apart, and all of it gone.
  assert.deepEqual(told(text, [{ change: { from: 12, insert: "\n\n" }, by: caret("Ben", 14) }]), ["Ben"]);
  assert.deepEqual(told(text, [{ change: { from: 7, to: 20 }, by: caret("Ben", 7) }]), ["Ben"]);
});

test("several are told together, each once, and one whose caret is nowhere near is not taken for them", () => {
  const text = "m¦ine and more";
  const ben = { change: { from: 5, insert: "x" }, by: caret("Ben", 6) };
  const cleo = { change: { from: 9, insert: "y" }, by: caret("Cleo", 10) };
  assert.deepEqual(told(text, [ben, cleo, ben]), ["Ben", "Cleo"]);
  assert.equal(joined(["Ben", "Cleo"]), "Ben and Cleo");
  assert.equal(joined(["Ben", "Cleo", "Dan"]), "Ben, Cleo, and Dan");
  assert.deepEqual(told(text, [{ change: { from: 5, insert: "x" }, by: caret("Ben", 13) }]), []);
});

test("a caret that comes after its text is still where the text changed, though more was written before it", () => {
  const edited = new Edits();
  const doc = Text.of(["mine"]);
  const first = ChangeSet.of({ from: 4, insert: "!" }, 4);
  edited.note({ before: doc, after: first.apply(doc), changes: first }, 0);
  edited.move(ChangeSet.of({ from: 0, insert: "own " }, 5));
  edited.see([caret("Ben", 9)]);
  assert.deepEqual(edited.take(), ["Ben"]);
  assert.ok(edited.isNone);
});

test("whoever is out of view is named at the edge that is nearer to them, the nearest first", () => {
  const people = [caret("A", 3), caret("B", 50), caret("C", 9), caret("D", 99), caret("E", 70)];
  const { above, below } = outOfView(people, { from: 10, to: 60 });
  assert.deepEqual(above.map(({ name }) => name), ["C", "A"]);
  assert.deepEqual(below.map(({ name }) => name), ["E", "D"]);
});

test("every sentence about others is in the catalogue, and every one there is said", () => {
  const names = [...catalogue.matchAll(/^([\w-]+) = /gm)].map(([, name = ""]) => name);
  const sources = readdirSync("src/people").map((file) => readFileSync(`src/people/${file}`, "utf8")).join("\n");
  for (const name of names) assert.ok(sources.includes(`"${name}"`), `\`${name}\` is not used`);
  for (const [, name = ""] of sources.matchAll(/\bsay\("([^"]+)"/g)) assert.ok(names.includes(name), `\`${name}\` is not in the catalogue`);
});
