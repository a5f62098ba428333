import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState, type TransactionSpec } from "@codemirror/state";
import { frontMatterEnd, readFrontMatter } from "../src/front.ts";
import { markdownLanguage, wholeLines } from "../src/markdown.ts";
import { headingsOf } from "../src/outline/headings.ts";
import { firstWord } from "../src/preview/home.ts";
import { drawn } from "../src/preview/inline.ts";
import { address } from "../src/preview/links.ts";
import { sized } from "../src/preview/size.ts";
import { tick } from "../src/preview/lists.ts";
import { focusKnown, tellFocus } from "../src/preview/touch.ts";

/** A text with the caret at `|`, or at both ends of a selection; without one nobody writes in it. */
function page(text: string, ...extra: TransactionSpec[]): EditorState {
  const [before = "", ...rest] = text.split("|");
  const anchor = before.length;
  const head = rest.length === 2 ? anchor + rest[0]!.length : anchor;
  const state = EditorState.create({ doc: before + rest.join(""), extensions: [markdownLanguage(), focusKnown()] });
  const told = state.update({ selection: { anchor, head }, effects: tellFocus(rest.length > 0) }, ...extra).state;
  ensureSyntaxTree(told, told.doc.length, 5_000);
  return told;
}

/** The text as it reads: what is left out is left out, and what something stands for is in angle brackets. */
function read(state: EditorState): string {
  let [text, at] = ["", 0];
  // One after the other: what marks and what stands for text lie over each other.
  for (const found = drawn(state, 0, state.doc.length).iter(); found.value !== null; found.next()) {
    const { from, to, value: { spec } } = found;
    if (from === to || spec.class !== undefined || spec.attributes !== undefined) continue;
    text += state.sliceDoc(at, from) + (spec.widget === undefined ? "" : `<${state.sliceDoc(from, to)}>`);
    at = to;
  }
  return text + state.sliceDoc(at);
}

function check(source: string, reads: string): void {
  assert.equal(read(page(source)), reads);
}

test("without a caret no mark is seen", () => {
  check("**bold** *leaning* ~~gone~~ `code` ==lit== \\*star\\*", "bold leaning gone code lit *star*");
  check("### A heading ###\n\nand text", "A heading\n\nand text");
  check("> said\n> twice", "<> >said\ntwice");
  check("see [this](https://example.org) and <https://example.org>", "see this and https://example.org");
});

test("a formula stands for its source, unless somebody writes there", () => {
  check("for $x^2$ and $5 or $6", "for <$x^2$> and $5 or $6");
  check("for $x|^2$ and $y$", "for $x^2$ and <$y$>");
  check("a $$x$$ b", "a <$$x$$> b");
  check("- **bold $x$**", "<- >bold <$x$>");
});

test("marks are seen where the caret touches what they mark, and nowhere else", () => {
  check("**bo|ld** and *leaning*", "**bold** and leaning");
  check("|**bold** and *leaning*", "**bold** and leaning");
  check("**bold**| and *leaning*", "**bold** and leaning");
  check("**bold** |and *leaning*", "bold and leaning");
  check("# Head|ing\n\n# Another", "# Heading\n\nAnother");
  check("> said\n> tw|ice", "<> >said\n> twice");
  check("a [link](https://exam|ple.org) here", "a [link](https://example.org) here");
});

test("what looks like something is told to be it, a heading with its level and without what underlines it", () => {
  const state = page("# One\n\nTwo\n---\n\n**bold** *leaning* ~~gone~~ `code` [a link](https://example.org)\n\n|");
  const told: [number, string][] = [];
  drawn(state, 0, state.doc.length).between(0, state.doc.length, (from, to, { spec }) => {
    const { role, "aria-level": level = "" } = spec.attributes ?? {};
    if (role !== undefined) told.push([from, `${role}${level} ${state.sliceDoc(from, from === to ? state.doc.lineAt(from).to : to)}`]);
  });
  const inOrder = told.sort(([a], [b]) => a - b).map(([, what]) => what);
  assert.deepEqual(inOrder, ["heading1 # One", "heading2 Two", "strong **bold**", "emphasis *leaning*", "deletion ~~gone~~", "code `code`", "link a link"]);
});

test("a selection shows the marks at its ends, not those in its middle", () => {
  check("|*one* **two** *three*|", "*one* two *three*");
});

test("nothing is revealed to whoever only reads", () => {
  const text = "**bo|ld**";
  const locked = EditorState.create({ doc: "**bold**", selection: { anchor: 4 }, extensions: [markdownLanguage(), focusKnown(), EditorState.readOnly.of(true)] });
  assert.equal(read(locked.update({ effects: tellFocus(true) }).state), "bold");
  assert.equal(read(page(text)), "**bold**");
});

test("marks of lists become bullets and numbers; the caret before the first letter does not bring them back", () => {
  check("- one\n- two", "<- >one\n<- >two");
  check("- |one\n- two", "<- >one\n<- >two");
  check("-| one\n- two", "- one\n<- >two");
  check("1. one\n   more\n    1. deeper", "<1. >one\nmore\n<    1. >deeper");
  check("- [ ] open\n- [x] done", "<- [ ] >open\n<- [x] >done");
});

test("ticking a box changes one character", () => {
  assert.deepEqual(tick("[ ]", 7), { from: 7, to: 8, insert: "x" });
  assert.deepEqual(tick("[x]", 7), { from: 7, to: 8, insert: " " });
  assert.deepEqual(tick("[X]", 7), { from: 7, to: 8, insert: " " });
  assert.equal(tick("[-]", 7), null);
});

test("fences give their lines to the language and come back together", () => {
  check("```js\nlet a;\n```\n\nafter", "<```js>\nlet a;\n\n\nafter");
  check("```js\nlet| a;\n```\n\nafter", "```js\nlet a;\n```\n\nafter");
});

/** Which classes the lines of a text have, of those that begin like this. */
function classes(state: EditorState, begin: string): string[] {
  const found = Array.from({ length: state.doc.lines }, () => "");
  drawn(state, 0, state.doc.length).between(0, state.doc.length, (from, to, { spec }) => {
    if (from !== to || typeof spec.class !== "string") return;
    found[state.doc.lineAt(from).number - 1] += spec.class.split(" ").filter((name: string) => name.startsWith(begin)).map((name: string) => name.slice(begin.length)).join(" ");
  });
  return found;
}

test("lines of fences that are not seen are low, unless something else is in them or somebody writes in the block", () => {
  const low = (text: string) => classes(page(text), "md-line-code-").map((names) => names.endsWith("low"));
  assert.deepEqual(low("```\nlet a;\n```\n\nafter|"), [true, false, true, false, false]);
  assert.deepEqual(low("```js\nlet a;\n```\n\nafter|"), [false, false, true, false, false]);
  assert.deepEqual(low("```\nlet| a;\n```\n\nafter"), [false, false, false, false, false]);
  assert.deepEqual(low("> ```\n> let a;\n> ```\n\nafter|"), [true, false, true, false, false]);
  assert.deepEqual(low("- ```\n  let a;\n  ```\n\nafter|"), [false, false, true, false, false]);
  assert.deepEqual(low("```\n```\n\nafter|"), [false, true, false, false], "there is something to press on");
  assert.deepEqual(low("```\nlet a;|"), [false, false]);
});

test("code that is told by its indentation begins and ends", () => {
  assert.deepEqual(classes(page("a\n\n    b\n    c\n\nd"), "md-line-code-"), ["", "", "bare first", "bare last", "", ""]);
});

test("a line knows how many quotations it is within", () => {
  check("> ```\n> code\n> ```", "<> ><```>\ncode\n");
  assert.deepEqual(classes(page("> a\n> > b\n> > > c\n> d\n\ne"), "md-quoted-"), ["1", "2", "3", "3", "", ""]);
});

test("callouts, footnotes and images stand for their source", () => {
  check("> [!note] Title\n> text", "<[!note] >Title\ntext");
  check("word[^1]\n\n[^1]: the text", "word<[^1]>\n\n<[^1]:> the text");
  check("see ![a tree](https://example.org/tree.png)", "see <![a tree](https://example.org/tree.png)>");
  check("[not a link] and [neither](javascript:alert(1))", "[not a link] and [neither](javascript:alert(1))");
});

test("only addresses of the web and of mail are opened", () => {
  const at = (text: string) => address(text, "https://inkling.example/documents/1")?.href ?? null;
  assert.equal(at("https://example.org/"), "https://example.org/");
  assert.equal(at("/documents/2"), "https://inkling.example/documents/2");
  assert.equal(at("ada@example.org"), "mailto:ada@example.org");
  assert.equal(at("www.example.org"), "http://www.example.org/");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", " javascript:alert(1)", "java\nscript:x"]) assert.equal(at(bad), null, bad);
});

test("front matter is names and values, and text between two rules is text", () => {
  const state = (doc: string) => EditorState.create({ doc, extensions: markdownLanguage() });
  assert.equal(frontMatterEnd(state("---\ntitle: A\n---\n\ntext")), 16);
  assert.equal(frontMatterEnd(state("---\n\nword\n\n---\n")), null);
  assert.equal(frontMatterEnd(state("---\ntitle: A\n\nno end")), null);
  assert.equal(frontMatterEnd(state("text\n---\na: b\n---")), null);
  assert.deepEqual(readFrontMatter('---\ntitle: "A: b"\ntags: [one, \'two\']\nlist:\n  - x\n  - y\n---'), [["title", "A: b"], ["tags", "one, two"], ["list", "x, y"]]);
});

test("front matter is told apart in every face, and is no heading of the text", () => {
  const state = EditorState.create({ doc: "---\ntitle: A\n---\n\nHead\n---\n\ntext", extensions: markdownLanguage() });
  const found: [number, string][] = [];
  wholeLines(state, [{ from: 0, to: state.doc.length }]).between(0, state.doc.length, (from, _to, { spec }) => void found.push([from, spec.class as string]));
  assert.deepEqual(found, [[0, "md-line-front"], [4, "md-line-front"], [13, "md-line-front"]]);
  assert.deepEqual(headingsOf(state).map(({ words }) => words), ["Head"]);
});

test("the mark of a footnote is held together with the end of its word", () => {
  const heldIn = (doc: string) => {
    const state = page(doc);
    const found: string[] = [];
    drawn(state, 0, state.doc.length).between(0, state.doc.length, (from, to, { spec }) => void (spec.class === "md-note-held" && found.push(state.sliceDoc(from, to))));
    return found;
  };
  assert.deepEqual(heldIn("a word[^1], 𝄞[^2], 👩‍👧[^3] and [^4]\n\n[^1]: text"), ["d[^1]", "𝄞[^2]", "👩‍👧[^3]", "[^4]"]);
});

test("the first word of a line is behind its marks, and in code there are none", () => {
  const check = (text: string, word: string) => assert.equal(firstWord(page(text), text.length), text.lastIndexOf(word), text);
  check("- one", "one");
  check("  12. [x] one", "one");
  check("> - [ ] one", "one");
  check("## one", "one");
  check("one - two", "one");
  check("```\n- one", "- one");
});

test("the size that an image's text names is no part of its words", () => {
  assert.deepEqual(sized("a tree|300"), { words: "a tree", size: [300, null] });
  assert.deepEqual(sized("a | b | 300x200"), { words: "a | b", size: [300, 200] });
  assert.deepEqual(sized("a tree"), { words: "a tree", size: [null, null] });
  assert.deepEqual(sized("a|b"), { words: "a|b", size: [null, null] });
});
