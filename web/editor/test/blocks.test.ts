import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureSyntaxTree } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { faceExtension } from "../src/faces.ts";
import { markdownLanguage } from "../src/markdown.ts";
import type { Surroundings } from "../src/preview/table/widget.ts";
import { TableWidget } from "../src/preview/table/widget.ts";
import { focusKnown, tellFocus } from "../src/preview/touch.ts";

const TABLE = "| a | b |\n| --- | --- |\n| one | two |";

function around(isComposing = () => false): Surroundings {
  return { isComposing, watch: () => {}, undo: () => {}, redo: () => {}, left: () => {} };
}

function page(text: string, isComposing = () => false): EditorState {
  const state = EditorState.create({ doc: text, extensions: [markdownLanguage(), focusKnown(), faceExtension("write", around(isComposing))] });
  ensureSyntaxTree(state, state.doc.length, 5_000);
  return state.update({}).state;
}

/** The tables that are drawn, as the text they stand for. */
function tables(state: EditorState): string[] {
  const found: string[] = [];
  for (const set of state.facet(EditorView.decorations)) {
    if (typeof set === "function") continue;
    set.between(0, state.doc.length, (from, to, { spec }) => {
      if (!(spec.widget instanceof TableWidget)) return;
      assert.equal(spec.widget.table.text, state.sliceDoc(from, to));
      found.push(state.sliceDoc(from, to));
    });
  }
  return found;
}

test("tables are drawn, and the one that the caret is in is seen as it is written", () => {
  const state = page(`text\n\n${TABLE}\n\nmore\n\n${TABLE}\n`);
  assert.deepEqual(tables(state), [TABLE, TABLE]);
  const within = state.update({ selection: { anchor: 10 }, effects: tellFocus(true) }).state;
  assert.deepEqual(tables(within), [TABLE]);
  assert.deepEqual(tables(within.update({ selection: { anchor: 0 } }).state), [TABLE, TABLE]);
  assert.deepEqual(tables(within.update({ effects: tellFocus(false) }).state), [TABLE, TABLE]);
});

test("whatever is typed wherever, what is drawn are the tables that the text has", () => {
  let state = 7;
  const draw = (below: number) => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below;
  const pieces = ["x", "\n", "\n\n", "|", "`", "```\n", "- ", "> ", `\n\n${TABLE}\n\n`, "word word\n".repeat(900)];
  let now = page(`${TABLE}\n\n${"words\n\n".repeat(2_000)}${TABLE}\n`);
  let count = 0;
  for (let edit = 0; edit < 150; edit++) {
    const from = draw(now.doc.length + 1);
    const to = Math.min(now.doc.length, from + (draw(3) === 0 ? draw(30) : 0));
    now = now.update({ changes: { from, to, insert: pieces[draw(pieces.length)]! } }).state;
    // Parsed to its end, as an editor at rest has it, and then asked again.
    ensureSyntaxTree(now, now.doc.length, 5_000);
    now = now.update({}).state;
    const found = tables(now);
    assert.deepEqual(found, tables(page(now.doc.toString())), `edit ${edit}`);
    count += found.length;
  }
  assert.ok(count > 150, `${count} tables were seen only`);
});

test("under a composition nothing is drawn anew; what it made is drawn when it has ended", () => {
  let isComposing = false;
  let state = page(`${TABLE}\n\ntext`, () => isComposing).update({ effects: tellFocus(true), selection: { anchor: TABLE.length + 3 } }).state;
  const before = tables(state);
  assert.deepEqual(before, [TABLE]);
  isComposing = true;
  state = state.update({ changes: { from: state.doc.length, insert: `\n\n${TABLE}\n\n` } }).state;
  state = state.update({ selection: { anchor: state.doc.length } }).state;
  assert.deepEqual(tables(state), before);
  isComposing = false;
  assert.deepEqual(tables(state.update({}).state), [...before, TABLE]);
});

test("turning to another face changes no text and no selection", () => {
  const face = new Compartment();
  const state = EditorState.create({ doc: TABLE, selection: { anchor: 3 }, extensions: [markdownLanguage(), focusKnown(), face.of(faceExtension("source", around()))] });
  let now = state;
  for (const name of ["write", "plain", "source", "write"] as const) {
    const turned = now.update({ effects: face.reconfigure(faceExtension(name, around())) });
    assert.ok(turned.changes.empty);
    now = turned.state;
  }
  assert.ok(now.doc.eq(state.doc) && now.selection.eq(state.selection));
});
