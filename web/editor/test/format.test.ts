import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorSelection, EditorState } from "@codemirror/state";
import { type Format, format } from "../src/format.ts";
import { activeFormats } from "../src/format/active.ts";
import { markdownLanguage } from "../src/markdown.ts";
import { draws } from "./draws.ts";
import { show, stateOf } from "./marked.ts";

function apply(state: EditorState, kind: Format): EditorState {
  const spec = format(state, kind);
  return spec === null ? state : state.update(spec).state;
}

/** `«` and `»` are the ends of the selection, `¦` a caret. */
function check(before: string, kind: Format, after: string): void {
  assert.equal(show(apply(stateOf(before), kind)), after);
}

test("a mark is put around the selection, and taken away again", () => {
  check("say «it» loud", "bold", "say **«it»** loud");
  check("say **«it»** loud", "bold", "say «it» loud");
  check("say «**it**» loud", "bold", "say «it» loud");
  check("say **«it»** loud", "italic", "say ***«it»*** loud");
  check("say __«it»__ loud", "bold", "say «it» loud");
  check("say «it» loud", "strike", "say ~~«it»~~ loud");
});

test("blanks at the ends of the selection stay outside of the mark", () => {
  check("say« it »loud", "bold", "say« **it** »loud");
  check("say« **it** »loud", "bold", "say« it »loud");
});

test("without a selection it is the word that the caret is within, or a pair to type into", () => {
  check("say lo¦ud", "bold", "say **lo¦ud**");
  check("say **lo¦ud**", "bold", "say lo¦ud");
  check("say ¦", "bold", "say **¦**");
  check("say **¦**", "bold", "say ¦");
  check("say **¦**", "italic", "say ***¦***");
  check("say ***¦***", "bold", "say *¦*");
  check("¦", "code", "`¦`");
  check("say **loud¦**", "bold", "say **loud**¦");
});

test("part of what is marked loses its mark, and what is marked in parts gets one", () => {
  check("**one «two» three**", "bold", "**one** «two» **three**");
  check("**one «two three**»", "bold", "**one** «two three»");
  check("«**one** two **three**»", "bold", "«**one two three**»");
  check("**one**«two»", "bold", "**one«two»**");
});

test("marks of different kinds never cross", () => {
  check("*one «two* three»", "bold", "*one **«two*** **three»**");
  check("see [the «page](there) and» on", "bold", "see **[the «page](there) and»** on");
  check("see [the «page»](there)", "bold", "see [the **«page»**](there)");
});

test("each block has marks of its own, and code has none", () => {
  check("«one\n\n- two\n- three»", "bold", "**«one**\n\n- **two**\n- **three»**");
  check("«# one\n\n> two\n> three»", "italic", "# *one*\n\n> *two\n> three*".replace("#", "«#").replace(/\*$/, "»*"));
  check("«one\n\n```\ntwo\n```\n\nthree»", "bold", "**«one**\n\n```\ntwo\n```\n\n**three»**");
  check("```\nt«w»o\n```", "bold", "```\nt«w»o\n```");
  check("```\nt¦wo\n```", "bold", "```\nt¦wo\n```");
  check("a `co¦de`", "bold", "a `co¦de`");
  check("| a «b» | c |\n|---|---|", "bold", "| a **«b»** | c |\n|---|---|");
});

test("code that holds backticks stands between more of them", () => {
  check("a «b`c» d", "code", "a ``«b`c»`` d");
  check("a «`b» d", "code", "a `` «`b» `` d");
});

test("a mark of lines replaces the one before it, keeps the indent, and goes when asked for again", () => {
  check("¦one", "bullets", "- ¦one");
  check("- ¦one", "task", "- [ ] ¦one");
  check("> ¦one", "bullets", "> - ¦one");
  check("- ¦one", "bullets", "¦one");
  check("# ¦one", "bullets", "- ¦one");
  check("«one\n\ntwo»", "bullets", "- «one\n\n- two»");
  check("* one\n¦two", "bullets", "* one\n* ¦two");
});

test("numbers go on from the item before, and depths count for themselves", () => {
  check("«a\nb\nc»", "numbers", "1. «a\n2. b\n3. c»");
  check("1. a\n2. b\n¦c", "numbers", "1. a\n2. b\n3. ¦c");
  check("«- a\n  - b\n  - c\n- d»", "numbers", "«1. a\n   1. b\n   2. c\n2. d»");
});

test("what belongs to an item goes along with its words", () => {
  check("- ¦a\n  - b\n\n  c", "numbers", "1. ¦a\n   - b\n\n   c");
  check("1. ¦a\n   - b", "bullets", "- ¦a\n  - b");
});

test("an item that becomes a paragraph is not read as part of the item before it", () => {
  check("- a\n- ¦b\n- c", "bullets", "- a\n\n¦b\n- c");
  check("1. a\n2. ¦b\n3. c", "numbers", "1. a\n\n¦b\n\n3. c");
});

test("headings have a level, go round, and lose their underline", () => {
  check("¦one", "heading", "# ¦one");
  check("### ¦one", "heading", "¦one");
  check("¦one", "heading2", "## ¦one");
  check("## ¦one", "heading2", "¦one");
  check("# ¦one", "heading3", "### ¦one");
  check("¦one\n===\n\ntwo", "heading2", "## ¦one\n\ntwo");
  check("¦one\n===", "heading1", "¦one");
});

test("quotations are of whole paragraphs", () => {
  check("one\nt¦wo\n\nthree", "quote", "> one\n> t¦wo\n\nthree");
  check("> one\n> t¦wo", "quote", "one\nt¦wo");
  check("«one\n\ntwo»", "quote", "> «one\n>\n> two»");
  check("¦", "quote", "> ¦");
});

test("a link waits for what is missing; asked for again it gives its address, and then goes", () => {
  check("see «this»", "link", "see [this](¦)");
  check("see ¦", "link", "see [¦]()");
  check("see «this »one", "link", "see [this](¦) one");
  check("see ~~`«this`~~ »one", "link", "see [~~`this`~~](¦) one");
  check("see **th«is**»", "link", "see [**this**](¦)");
  check("see «https://example.org/»", "link", "see [¦](https://example.org/)");
  check("see [th¦is](there)", "link", "see [this](«there»)");
  check("see [this](«there»)", "link", "see «this»");
  check("see ¦", "image", "see ![¦]()");
});

test("blocks stand on lines of their own", () => {
  check("one¦", "rule", "one\n\n---\n¦");
  check("one¦\ntwo\n\nthree", "rule", "one\ntwo\n\n---\n¦\nthree");
  // Whoever goes on below a table is on a line that is none of its rows.
  check("¦", "table", "| ¦  |   |   |\n| --- | --- | --- |\n|   |   |   |\n\n");
  check("> ¦", "table", "> | ¦  |   |   |\n> | --- | --- | --- |\n> |   |   |   |\n>\n> ");
  check("one\n¦", "rule", "one\n\n---\n¦");
  check("one\n\n¦", "formula", "one\n\n$$\n¦\n$$");
  check("> ¦", "formula", "> $$\n> ¦\n> $$");
  check("the «x^2» of", "formula", "the $«x^2»$ of");
  check("¦", "diagram", "```mermaid\nflowchart LR\n  A --> B¦\n```");
  check("> one¦", "rule", "> one\n>\n> ---\n> ¦");
});

test("a block of code is put around the lines, and taken away", () => {
  check("¦", "codeblock", "```\n¦\n```");
  check("«one\ntwo»", "codeblock", "```\n«one\ntwo»\n```");
  check("```js\n¦one\n```", "codeblock", "¦one");
  check("«one\n```\ntwo\n```»", "codeblock", "````\n«one\n```\ntwo\n```»\n````");
});

test("what the caret is in is told", () => {
  const on = (text: string) => [...activeFormats(stateOf(text))].sort().join(" ");
  assert.equal(on("- [ ] a **b¦**"), "bold task");
  assert.equal(on("> ## a *«b»*"), "heading2 italic quote");
  assert.equal(on("1. [a](b¦)"), "link numbers");
  assert.equal(on("*a «b* c»"), "");
});

const WORDS = ["one", "two", "three", "four", "é", "𝄞"];
const STARTS = ["", "", "- ", "1. ", "> ", "# ", "  - ", "- [ ] "];

test("twice is not at all, wherever plain text is selected, and once is what it says", () => {
  for (let seed = 1; seed <= 600; seed++) {
    const draw = draws(seed);
    const words = () => Array.from({ length: 1 + draw(4) }, () => WORDS[draw(WORDS.length)]).join(" ");
    const doc = Array.from({ length: 1 + draw(4) }, () => `${STARTS[draw(STARTS.length)]}${words()}`).join(draw(2) === 0 ? "\n\n" : "\n");
    const kind = (["bold", "italic", "strike", "code"] as const)[draw(4)] ?? "bold";
    const ends = [draw(doc.length + 1), draw(doc.length + 1)].map((at) => (/[\uDC00-\uDFFF]/.test(doc.charAt(at)) ? at - 1 : at));
    const [anchor = 0, head = 0] = ends;
    const state = EditorState.create({ doc, selection: EditorSelection.single(anchor, head), extensions: markdownLanguage() });
    const once = apply(state, kind);
    const label = `seed ${seed}: ${kind} in ${JSON.stringify(show(state))} gave ${JSON.stringify(show(once))}`;
    if (once !== state && anchor !== head) assert.ok(activeWithin(once, kind), label);
    assert.equal(apply(once, kind).doc.toString(), doc, label);
  }
});

/** Whether a format is on somewhere in the selection. */
function activeWithin(state: EditorState, kind: Format): boolean {
  const { from, to } = state.selection.main;
  // What is on is told as far as the text is parsed, and on a busy machine a change may end before it is.
  ensureSyntaxTree(state, state.doc.length, 60_000);
  for (let at = from; at <= to; at++) {
    if (activeFormats(state.update({ selection: EditorSelection.cursor(at) }).state).has(kind)) return true;
  }
  return false;
}
