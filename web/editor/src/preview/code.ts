// Blocks of code: instead of the fences, the language and a button that copies. The language takes the line that its fence has; a fence that nothing
// stands for is a low line until somebody writes in the block, and nothing moves while they do.

import { syntaxTree } from "@codemirror/language";
import { type EditorView, WidgetType } from "@codemirror/view";
import { isDrawn, PREFIX } from "./formulas.ts";
import type { Draw, Page } from "./page.ts";
import { say } from "./words.ts";

/** How long the button says that it has copied, milliseconds. */
const COPIED_MS = 1_500;

class CodeHead extends WidgetType {
  constructor(private readonly language: string) {
    super();
  }

  override eq(other: CodeHead): boolean {
    return other.language === this.language;
  }

  override toDOM(view: EditorView): HTMLElement {
    const head = document.createElement("span");
    head.className = "md-code-head";
    head.setAttribute("role", "group");
    head.ariaLabel = say("code");
    const name = document.createElement("span");
    name.textContent = this.language;
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "md-code-copy";
    copy.textContent = say("copy");
    copy.addEventListener("click", () => {
      const text = codeAt(view, view.posAtDOM(head));
      const told = (word: string) => {
        copy.textContent = say(word);
        setTimeout(() => (copy.textContent = say("copy")), COPIED_MS);
      };
      // Without https browsers have no clipboard for pages.
      if (navigator.clipboard === undefined) return told("copy-failed");
      navigator.clipboard.writeText(text).then(
        () => told("copied"),
        () => told("copy-failed"),
      );
    });
    head.append(name, copy);
    return head;
  }

  override ignoreEvent(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }
}

function codeAt(view: EditorView, at: number): string {
  const node = syntaxTree(view.state).resolveInner(at, 1);
  const block = node.name === "FencedCode" ? node : node.parent;
  const parts = block?.name === "FencedCode" ? block.getChildren("CodeText") : [];
  return parts.map((part) => view.state.sliceDoc(part.from, part.to)).join("");
}

const fenced: Draw = (node, page) => {
  if (isDrawn(page.state, node.node) && !page.touches(node.from, node.to)) return false;
  for (const line of page.lines(node.from, node.to)) {
    page.line(line.from, "md-line-code", ...(line.isFirst ? ["md-line-code-first"] : []), ...(line.isLast ? ["md-line-code-last"] : []));
  }
  if (page.touches(node.from, node.to)) return;
  const [open, close] = node.node.getChildren("CodeMark");
  if (open === undefined) return;
  const { doc } = page.state;
  const line = doc.lineAt(open.from);
  const info = node.node.getChild("CodeInfo");
  page.replace(open.from, line.to, new CodeHead(info === null ? "" : page.slice(info.from, Math.min(info.to, info.from + 40))));
  if (close === undefined || close.from <= line.to) return;
  page.hide(close.from, close.to);
  // A block without a line of code is still one to press on.
  const hasCode = doc.lineAt(close.from).number > line.number + 1;
  if (info === null && hasCode) lower(open.from, page);
  lower(close.from, page);
};

/** Makes the line of a fence low, where nothing else is seen in it. */
function lower(at: number, page: Page): void {
  const line = page.state.doc.lineAt(at);
  if (PREFIX.test(page.slice(line.from, at)) && !page.touches(line.from, line.to)) page.line(at, "md-line-code-low");
}

/** Code that is told by its indentation has no fences, whose lines would part it from what is around it. */
const indented: Draw = (node, page) => {
  for (const line of page.lines(node.from, node.to)) {
    page.line(line.from, "md-line-code-bare", ...(line.isFirst ? ["md-line-code-first"] : []), ...(line.isLast ? ["md-line-code-last"] : []));
  }
};

export const code: Readonly<Record<string, Draw>> = { FencedCode: fenced, CodeBlock: indented };
