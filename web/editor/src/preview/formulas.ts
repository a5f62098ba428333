// Formulas and diagrams: what they say stands in place of their source, unless somebody writes there. One in a line is known from what is in view, one that
// takes lines from the whole text, since only heights that are known in advance may take line breaks.

import type { SyntaxNode, Tree } from "@lezer/common";
import { EditorSelection, type EditorState, type Range } from "@codemirror/state";
import { Decoration, type EditorView, WidgetType } from "@codemirror/view";
import { type Kind, place } from "../drawn.ts";
import { layAnew } from "../laid.ts";
import type { Draw } from "./page.ts";
import { say } from "./words.ts";

/** Longer ones stay as they are written, UTF-16 units. */
const UNITS_MAX = 20_000;

const LINE_PX = 30;
const DIAGRAM_PX = 320;

/** What may stand before a block in its line and is drawn with it. */
export const PREFIX = /^[ \t>]*$/;

export class DrawnWidget extends WidgetType {
  constructor(
    private readonly kind: Kind,
    private readonly source: string,
    private readonly isBlock: boolean,
    private readonly isLocked: boolean,
    private readonly isQuoted = false,
  ) {
    super();
  }

  override eq(other: DrawnWidget): boolean {
    return other.kind === this.kind && other.source === this.source && other.isBlock === this.isBlock && other.isLocked === this.isLocked && other.isQuoted === this.isQuoted;
  }

  override get estimatedHeight(): number {
    if (this.kind === "diagram") return DIAGRAM_PX;
    return this.isBlock ? (this.source.split("\n").length + 1) * LINE_PX : -1;
  }

  override toDOM(view: EditorView): HTMLElement {
    const dom: HTMLElement = document.createElement(this.isBlock ? "div" : "span");
    dom.className = this.isBlock ? "md-drawn md-drawn-block" : "md-drawn";
    dom.classList.toggle("md-drawn-quoted", this.isQuoted);
    dom.setAttribute("role", "group");
    dom.setAttribute("aria-label", say(this.kind === "formula" ? "formula" : this.kind));
    // Within an element of its own: what changes among the text itself is taken for something that was typed.
    dom.append(place(this.kind, this.source, () => layAnew(view)));
    if (this.isLocked) return dom;
    dom.tabIndex = 0;
    const edit = () => {
      const at = view.posAtDOM(dom);
      const caret = this.isBlock ? view.state.doc.lineAt(at).to : at + 1;
      view.dispatch({ selection: EditorSelection.cursor(caret), scrollIntoView: true, userEvent: "select" });
      view.focus();
    };
    dom.addEventListener("keydown", (event) => {
      if (event.target !== dom || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      edit();
    });
    if (!this.isBlock) {
      dom.title = say("drawn-edit");
      return dom;
    }
    const source = document.createElement("button");
    source.type = "button";
    source.className = "md-table-tool";
    source.textContent = say("table-source");
    source.addEventListener("click", edit);
    dom.append(source);
    return dom;
  }

  override ignoreEvent(event: Event): boolean {
    // A click on what is drawn goes to its source, as on any text; keys are for the button and for what holds it.
    return event.type.startsWith("key") || (event.target instanceof Element && event.target.closest("button") !== null);
  }
}

/** What a formula says, without its marks and without those of quotations around it. */
export function formulaOf(text: string, node: SyntaxNode): string {
  const [open, close] = node.getChildren("FormulaMark");
  if (open === undefined || close === undefined) return "";
  return without(text, node, open.to, close.from).replace(/^\n+|\n+$/g, "");
}

function without(text: string, node: SyntaxNode, from: number, to: number): string {
  let [source, at] = ["", from];
  for (const mark of node.getChildren("QuoteMark")) {
    source += text.slice(at, mark.from);
    at = mark.to;
  }
  return source + text.slice(at, to);
}

/** Whether a block of code stands for what is drawn of it. */
export function isDrawn(state: EditorState, block: SyntaxNode): boolean {
  return kindOf(state, block, 0) !== null;
}

function kindOf(state: EditorState, block: SyntaxNode, start: number): Kind | null {
  const info = block.getChild("CodeInfo");
  if (info === null || block.to - block.from > UNITS_MAX) return null;
  const [language = ""] = state.sliceDoc(start + info.from, Math.min(start + info.to, start + info.from + 20)).split(/\s/);
  const name = language.toLowerCase();
  return name === "math" ? "display" : name === "mermaid" ? "diagram" : null;
}

const inLine: Draw = (node, page) => {
  const { from, to } = node;
  if (to - from > UNITS_MAX || page.touches(from, to)) return false;
  const kind = node.name === "Formula" ? "formula" : "display";
  // One alone on its line is a block, and known as such.
  if (kind === "display" && isAlone(page.state, from, to)) return false;
  page.replace(from, to, new DrawnWidget(kind, formulaOf(page.slice(from, to), relative(node.node)), false, page.state.readOnly));
  return false;
};

/** The same node as it is in its own text. */
function relative(node: SyntaxNode): SyntaxNode {
  return node.toTree().topNode;
}

function isAlone(state: EditorState, from: number, to: number): boolean {
  const [first, last] = [state.doc.lineAt(from), state.doc.lineAt(to)];
  return PREFIX.test(state.sliceDoc(first.from, from)) && state.sliceDoc(to, last.to).trim() === "";
}

const LEADS = /^(?:Blockquote|BulletList|OrderedList|ListItem|Paragraph)$/;

/** Formulas of a section that take lines: those on lines of their own, and those that lines of a paragraph are within. */
export function drawnBlocks(section: Tree, start: number, state: EditorState): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  section.iterate({
    enter: (node) => {
      if (node.type === section.type || LEADS.test(node.name)) return;
      const [from, to] = [start + node.from, Math.min(start + node.to, state.doc.length)];
      if (to - from > UNITS_MAX) return false;
      const alone = isAlone(state, from, to);
      if (node.name === "FencedCode") {
        const kind = kindOf(state, node.node, start);
        if (kind !== null) ranges.push(drawnRange(state, from, to, kind, codeOf(state, node.node, start), alone));
      } else if (node.name === "Formula" || node.name === "DisplayFormula") {
        const isDisplay = node.name === "DisplayFormula";
        const isLong = state.doc.lineAt(from).to < to;
        if (!isLong && !(isDisplay && alone)) return false;
        ranges.push(drawnRange(state, from, to, isDisplay ? "display" : "formula", formulaOf(state.sliceDoc(from, to), relative(node.node)), isDisplay && alone));
      }
      return false;
    },
  });
  return ranges;
}

function drawnRange(state: EditorState, from: number, to: number, kind: Kind, source: string, isBlock: boolean): Range<Decoration> {
  const { from: start } = state.doc.lineAt(from);
  const isQuoted = isBlock && state.sliceDoc(start, from).includes(">");
  const widget = new DrawnWidget(kind, source, isBlock, state.readOnly, isQuoted);
  if (!isBlock) return Decoration.replace({ widget }).range(from, to);
  return Decoration.replace({ widget, block: true }).range(start, state.doc.lineAt(to).to);
}

function codeOf(state: EditorState, block: SyntaxNode, start: number): string {
  return block.getChildren("CodeText").map((part) => state.sliceDoc(start + part.from, start + part.to)).join("").replace(/^\n+|\n+$/g, "");
}

export const formulas: Readonly<Record<string, Draw>> = { Formula: inLine, DisplayFormula: inLine };
