import assert from "node:assert/strict";
import { test } from "node:test";
import { carried, goalAt, type Side, unitAt } from "../src/lists/carry.ts";
import { show, stateOf } from "./marked.ts";

/** What the caret is in is carried beside the line that holds some words; null where it cannot be. */
function check(before: string, side: Side, words: string, after: string | null): void {
  const state = stateOf(before);
  const own = unitAt(state, state.doc.lineAt(state.selection.main.head));
  const goal = own && goalAt(state, own, state.doc.lineAt(state.doc.toString().indexOf(words)));
  const spec = own && goal && carried(state, own, goal, side);
  assert.equal(spec === null ? null : show(state.update(spec).state), after);
}

test("an item goes to where it is put, with all that belongs to it", () => {
  check("- a¦\n  - x\n- b\n- c", "after", "c", "- b\n- c\n- a¦\n  - x");
  check("- a\n- b\n- ¦c\n", "before", "a", "- ¦c\n- a\n- b\n");
  check("- a\n- b\n- c¦", "before", "b", "- a\n- c¦\n- b");
  check("- a\n\n- b\n\n- c¦\n\nend", "before", "a", "- c¦\n\n- a\n\n- b\n\nend");
  check("- a\n- b\n- c¦\n\nend", "before", "a", "- c¦\n- a\n- b\n\nend");
  check("> - a\n> - b¦\n", "before", "a", "> - b¦\n> - a\n");
});

test("an item that goes into a list within another, or out of it, stands as far in as the others there", () => {
  check("- a\n  - x\n- b¦\n  more", "after", "x", "- a\n  - x\n  - b¦\n    more");
  check("- a\n  - x¦\n- b", "before", "b", "- a\n- x¦\n- b");
  check("- a\n  - x¦\n- b", "before", "a", "- x¦\n- a\n- b");
});

test("lists go on counting from where they did", () => {
  check("1. a\n2. b\n3. c¦", "before", "a", "1. c¦\n2. a\n3. b");
  check("5. a¦\n6. b\n7. c", "after", "c", "5. b\n6. c\n7. a¦");
});

test("a block takes the gap with it, and those that it leaves do not run into one another", () => {
  check("one¦\n\ntwo\n\nthree\n", "after", "three", "two\n\nthree\n\none¦\n");
  check("one\n\ntwo\n\nthree¦", "before", "one", "three¦\n\none\n\ntwo");
  check("# A\ntext¦\n\nend", "before", "# A", "text¦\n\n# A\n\nend");
  check("para\n- a\n\nend¦", "before", "- a", "para\n\nend¦\n\n- a");
  check("para\n# A\n\nend¦", "before", "# A", "para\n\nend¦\n\n# A");
  check("# A\npara\n\nend¦", "after", "# A", "# A\n\nend¦\n\npara");
  check("a\n\n```\nx¦\n\ny\n```\n\nb", "after", "b", "a\n\nb\n\n```\nx¦\n\ny\n```");
});

test("nothing changes where it stands already, and nothing goes into itself", () => {
  check("- a¦\n- b", "before", "b", null);
  check("- a¦\n  - x\n- b", "after", "x", null);
  check("one¦\n\ntwo", "before", "two", null);
  check("- a¦\n\ntext", "after", "text", null);
});
