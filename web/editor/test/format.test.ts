import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorSelection, EditorState } from "@codemirror/state";
import { type Format, format } from "../src/format.ts";

/** `«` and `»` are the ends of the selection, `|` a caret. */
function check(before: string, kind: Format, after: string): void {
  const doc = before.replace(/[«»|]/g, "");
  const at = before.indexOf("|");
  const [anchor, head] = at >= 0 ? [at, at] : [before.indexOf("«"), before.indexOf("»") - 1];
  const state = EditorState.create({ doc, selection: EditorSelection.single(anchor, head) });
  const next = state.update(format(state, kind)).state;
  const { from, to } = next.selection.main;
  const text = next.doc.toString();
  const shown =
    from === to ? `${text.slice(0, from)}|${text.slice(to)}` : `${text.slice(0, from)}«${text.slice(from, to)}»${text.slice(to)}`;
  assert.equal(shown, after);
}

test("a mark is put around the selection, and taken away again", () => {
  check("say «it» loud", "bold", "say **«it»** loud");
  check("say **«it»** loud", "bold", "say «it» loud");
  check("say **«it»** loud", "italic", "say ***«it»*** loud");
  check("|", "code", "`|`");
});

test("a mark of lines replaces the one before it, keeps the indent, and goes when asked for again", () => {
  check("|one", "list", "- |one");
  check("- |one", "task", "- [ ] |one");
  check("  > |one", "list", "  - |one");
  check("- |one", "list", "|one");
});

test("headings go round", () => {
  check("|one", "heading", "# |one");
  check("### |one", "heading", "|one");
});

test("a link waits for what is missing", () => {
  check("see «this»", "link", "see [this](|)");
  check("see |", "link", "see [|]()");
});
