import assert from "node:assert/strict";
import { test } from "node:test";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import { goOn } from "../src/lists.ts";
import { indentItems, outdentItems } from "../src/lists/indent.ts";
import { moveBlock } from "../src/lists/move.ts";
import { show, stateOf } from "./marked.ts";

type Change = (state: EditorState) => TransactionSpec | null;

const up: Change = (state) => moveBlock(state, "up");
const down: Change = (state) => moveBlock(state, "down");

/** `after` is null where the key is left to others. */
function check(change: Change, before: string, after: string | null): void {
  const state = stateOf(before);
  const spec = change(state);
  assert.equal(spec === null ? null : show(state.update(spec).state), after);
}

test("an item goes further in with all that belongs to it, to where the words of the one before begin", () => {
  check(indentItems, "- a\n- ¦b\n  - c\n\n  d\n- e", "- a\n  - ¦b\n    - c\n\n    d\n- e");
  check(indentItems, "1. a\n2. ¦b\n3. c", "1. a\n   1. ¦b\n2. c");
  check(indentItems, "> - a\n> - ¦b", "> - a\n>   - ¦b");
  check(indentItems, "- a\n- «b\n- c»", "- a\n  - «b\n  - c»");
});

test("a first item has nothing to go under, and outside of lists the key is for others", () => {
  check(indentItems, "- ¦a\n- b", "- ¦a\n- b");
  check(indentItems, "a¦", null);
  check(indentItems, "```\n- a¦\n```", null);
});

test("an item comes out to the level of the one that it belongs to", () => {
  check(outdentItems, "- a\n  - ¦b\n    - c\n- d", "- a\n- ¦b\n  - c\n- d");
  check(outdentItems, "1. a\n   1. ¦b\n   2. c\n2. d", "1. a\n2. ¦b\n   1. c\n3. d");
  check(outdentItems, "- ¦a", "- ¦a");
});

test("in is the way back from out", () => {
  const before = "- a\n- ¦b\n  - c\n- d";
  const inner = stateOf(before).update(indentItems(stateOf(before)) ?? {}).state;
  assert.equal(show(inner.update(outdentItems(inner) ?? {}).state), before);
});

test("an item changes its place with the one beside it, children and all, and numbers stay in order", () => {
  check(up, "- a\n  - x\n- ¦b\n  - y\n- c", "- ¦b\n  - y\n- a\n  - x\n- c");
  check(down, "- ¦a\n  - x\n- b\n  - y", "- b\n  - y\n- ¦a\n  - x");
  check(down, "3. ¦a\n4. b\n5. c", "3. b\n4. ¦a\n5. c");
  check(up, "1. a\n2. b¦", "1. b¦\n2. a");
  check(up, "- ¦a\n- b", "- ¦a\n- b");
});

test("numbers that are all the same stay so", () => {
  check(down, "1. ¦a\n1. b\n1. c", "1. b\n1. ¦a\n1. c");
});

test("a block changes its place with the one beside it, and what is between them stays there", () => {
  check(up, "# one\n\ntwo\nth¦ree\n\n\nfour", "two\nth¦ree\n\n# one\n\n\nfour");
  check(down, "o¦ne\n\n```\ntwo\n\nthree\n```", "```\ntwo\n\nthree\n```\n\no¦ne");
  check(up, "¦one\n\ntwo", "¦one\n\ntwo");
  check(down, "«one\n\ntwo»\n\nthree", null);
});

test("what follows the end of a list or a quote is a paragraph of its own", () => {
  const enter = (before: string) => {
    let after = stateOf(before);
    goOn({ state: after, dispatch: (transaction) => (after = transaction.state) });
    return show(after);
  };
  assert.equal(enter("- a\n- ¦"), "- a\n\n¦");
  assert.equal(enter("1. a\n2. ¦\n\nb"), "1. a\n\n¦\n\nb");
  assert.equal(enter("- [ ] a\n- [ ] ¦"), "- [ ] a\n\n¦");
  assert.equal(enter("> a\n>\n> ¦"), "> a\n\n¦");
  assert.equal(enter("- a\n\n- ¦"), "- a\n\n¦");
  assert.equal(enter("- a\n- b¦"), "- a\n- b\n- ¦");
  assert.equal(enter("- a\n  - ¦"), "- a\n- ¦");
});
