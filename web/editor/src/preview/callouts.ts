// Callouts: quotations that begin with their kind, as in `> [!note]`.

import { WidgetType } from "@codemirror/view";
import type { Draw } from "./page.ts";
import { say } from "./words.ts";

const KIND = /\[!(note|tip|important|warning|caution)\][ \t]*/i;

class Kind extends WidgetType {
  constructor(
    private readonly kind: string,
    private readonly hasTitle: boolean,
  ) {
    super();
  }

  override eq(other: Kind): boolean {
    return other.kind === this.kind && other.hasTitle === this.hasTitle;
  }

  override toDOM(): HTMLElement {
    const kind = document.createElement("span");
    kind.className = "md-callout-kind";
    kind.textContent = this.hasTitle ? "" : say(`callout-${this.kind}`);
    // With a title of its own the kind is told by the colour alone, which not everybody sees.
    kind.setAttribute("aria-label", say(`callout-${this.kind}`));
    kind.setAttribute("role", "img");
    return kind;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const callout: Draw = (node, page) => {
  // A quotation within another is one.
  if (node.node.parent?.name === "Blockquote") return;
  const first = page.state.doc.lineAt(node.from);
  const found = KIND.exec(page.slice(node.from, Math.min(first.to, node.from + 80)));
  if (found?.[1] === undefined || !/^>[ \t]*$/.test(page.slice(node.from, node.from + found.index))) return;
  const kind = found[1].toLowerCase();
  for (const line of page.lines(node.from, node.to)) {
    page.line(line.from, "md-callout", `md-callout-${kind}`, ...(line.isFirst ? ["md-callout-first"] : []), ...(line.isLast ? ["md-callout-last"] : []));
  }
  if (page.touches(first.from, first.to)) return;
  const from = node.from + found.index;
  const to = from + found[0].length;
  page.replace(from, to, new Kind(kind, to < first.to));
};

export const callouts: Readonly<Record<string, Draw>> = { Blockquote: callout };
