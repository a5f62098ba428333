// Footnotes: the mark stands raised, tells its text where one points at it, and leads there.

import type { SyntaxNode } from "@lezer/common";
import { EditorSelection, type EditorState } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import type { Draw, Page } from "./page.ts";
import { say } from "./words.ts";

const MARK = /^\[\^([^\]\s]+)\]/;

class Note extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly role: "mark" | "text",
  ) {
    super();
  }

  override eq(other: Note): boolean {
    return other.name === this.name && other.role === this.role;
  }

  override toDOM(view: EditorView): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = this.role === "mark" ? "md-note-mark" : "md-note-name";
    button.textContent = this.name;
    button.setAttribute("aria-label", say(this.role === "mark" ? "note-to-text" : "note-to-mark", { name: this.name }));
    // Looked for when somebody points at it, and not whenever it is drawn.
    const tell = () => (button.title = noteText(view.state, this.name)?.text ?? say("note-missing"));
    if (this.role === "mark") for (const event of ["pointerenter", "focus"]) button.addEventListener(event, tell);
    button.addEventListener("click", () => {
      const found = this.role === "mark" ? noteText(view.state, this.name)?.from : noteMark(view.state, this.name);
      if (found === undefined) return;
      view.dispatch({ selection: EditorSelection.cursor(found), effects: EditorView.scrollIntoView(found, { y: "center" }) });
      view.focus();
    });
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** Where the text of a footnote begins, and what it says. Looks through all lines, and so only when somebody asks. */
export function noteText(state: EditorState, name: string): { from: number; text: string } | undefined {
  const start = `[^${name}]:`;
  let at = 0;
  for (const line of state.doc.iterLines()) {
    if (line.startsWith(start)) {
      const text = line.slice(start.length).trimStart();
      return { from: at + line.length - text.length, text };
    }
    at += line.length + 1;
  }
  return undefined;
}

/** The end of the first mark of that name. */
function noteMark(state: EditorState, name: string): number | undefined {
  const mark = `[^${name}]`;
  let at = 0;
  for (const line of state.doc.iterLines()) {
    for (let found = line.indexOf(mark); found >= 0; found = line.indexOf(mark, found + 1)) {
      if (found > 0 || line[mark.length] !== ":") return at + found + mark.length;
    }
    at += line.length + 1;
  }
  return undefined;
}

/** What stands for a mark is an element of its own, before which a line might break: it is held together with the end of its word. To its very end, so that
 * it holds what stands in its place, too. */
const held = Decoration.mark({ class: "md-note-held", inclusiveEnd: true });

/** The last letter of a text, with all that is drawn as one with it. */
const LETTER = /(?:\S[\p{M}\p{EMod}\ufe0f]*\u200d)*\S[\p{M}\p{EMod}\ufe0f]*$/u;
const LETTER_UNITS_MAX = 24;

/** What ends with a sign that is hidden. */
const CLOSED = /^(?:Emphasis|StrongEmphasis|Strikethrough|Highlight)$/;

/** Stands between what is marked and its footnote. */
const PUNCTUATION = /^\p{P}{1,3}$/u;

/** What would be seen as two if it were held in part. */
const WHOLE = /^(?:InlineCode|Link|NameLink|Autolink|URL|Formula)$/;

/** Where begins what must not be parted from a mark: the letter before it, or what is drawn as one, unless that is long. Signs that close are not seen. */
function heldFrom(mark: SyntaxNode, page: Page): number {
  const last = mark.prevSibling?.to ?? mark.from;
  let at = PUNCTUATION.test(page.slice(last, mark.from)) ? last : mark.from;
  for (let before = mark.prevSibling; before !== null && before.to === at; ) {
    if (WHOLE.test(before.name)) return shownUnits(before) <= LETTER_UNITS_MAX ? before.from : at;
    const sign: SyntaxNode | null = before.lastChild;
    if (sign === null || sign.to !== at || !CLOSED.test(before.name)) break;
    at = sign.from;
    before = sign.prevSibling;
  }
  const line = page.state.doc.lineAt(at);
  const letter = LETTER.exec(page.slice(Math.max(line.from, at - LETTER_UNITS_MAX), at));
  return at - (letter?.[0].length ?? 0);
}

function shownUnits(node: SyntaxNode): number {
  const [open, close] = node.getChildren(node.name === "NameLink" ? "NameMark" : "LinkMark");
  return open === undefined || close === undefined ? node.to - node.from : close.from - open.to;
}

/** Both marks and texts read as links that lack an address. */
const note: Draw = (node, page) => {
  const name = MARK.exec(page.slice(node.from, node.to))?.[1];
  if (name === undefined) return;
  const end = node.from + name.length + 3;
  const line = page.state.doc.lineAt(node.from);
  const isText = node.from === line.from && page.slice(end, end + 1) === ":";
  if (isText) page.line(node.from, "md-line-note");
  if (page.touches(node.from, isText ? end + 1 : end)) return false;
  if (!isText) page.mark(heldFrom(node.node, page), end, held);
  page.replace(node.from, isText ? end + 1 : end, new Note(name, isText ? "text" : "mark"));
  return false;
};

export const footnotes: Readonly<Record<string, Draw>> = { Link: note, LinkReference: note };
