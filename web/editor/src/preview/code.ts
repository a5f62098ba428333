// Blocks of code: instead of the fences, the language and a button that copies. They take the lines that the fences have, so that nothing moves
// when somebody writes in them.

import { syntaxTree } from "@codemirror/language";
import { type EditorView, WidgetType } from "@codemirror/view";
import { isDrawn } from "./formulas.ts";
import type { Draw } from "./page.ts";
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
  if (page.touches(node.from, node.to)) return false;
  const [open, close] = node.node.getChildren("CodeMark");
  if (open === undefined) return false;
  const line = page.state.doc.lineAt(open.from);
  const info = node.node.getChild("CodeInfo");
  page.replace(open.from, line.to, new CodeHead(info === null ? "" : page.slice(info.from, Math.min(info.to, info.from + 40))));
  if (close !== undefined && close.from > line.to) page.hide(close.from, close.to);
  return false;
};

export const code: Readonly<Record<string, Draw>> = { FencedCode: fenced };
