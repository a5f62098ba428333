// Marks within a line and at its start: left out, but where somebody writes at what they mark.

import type { SyntaxNodeRef } from "@lezer/common";
import { Decoration, WidgetType } from "@codemirror/view";
import { depth, type Draw, type Page } from "./page.ts";
import { say } from "./words.ts";

/** Quotations further in stand where these do. */
const QUOTATIONS_MAX = 8;

/** Hides the marks at both ends of what is marked. What they say to the eye is said by the role to those who only hear it. */
function between(markName: string, role: string): Draw {
  const told = Decoration.mark({ attributes: { role } });
  return (node, page) => {
    page.mark(node.from, node.to, told);
    if (page.touches(node.from, node.to)) return;
    for (const mark of node.node.getChildren(markName)) page.hide(mark.from, mark.to);
  };
}

function heading(level: number): Draw {
  return (node, page) => {
    for (const line of page.lines(node.from, node.to)) {
      page.line(line.from, "md-line-heading", `md-line-heading-${level}`);
      // What underlines a heading is no part of it.
      if (line.isFirst || !line.isLast) page.heading(line.from, level);
    }
    if (page.touches(node.from, node.to)) return;
    for (const { from, to } of node.node.getChildren("HeaderMark")) {
      const isFirst = from === node.from;
      // The space that parts them from the words goes with the hashes.
      const end = isFirst ? to + spaces(page.slice(to, Math.min(node.to, to + 8))) : to;
      const start = isFirst ? from : from - trailingSpaces(page.slice(Math.max(node.from, from - 8), from));
      page.hide(start, end);
    }
  };
}

/** Nothing to see: the line itself looks like a quotation. */
class Quotation extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(): HTMLElement {
    const told = document.createElement("span");
    told.setAttribute("role", "img");
    told.ariaLabel = say("quotation");
    return told;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const quote: Draw = (node, page) => {
  const line = page.state.doc.lineAt(node.from);
  if (page.touches(line.from, line.to)) return;
  const to = page.slice(node.to, node.to + 1) === " " ? node.to + 1 : node.to;
  // A callout says itself what it is.
  const isQuotation = node.from === node.node.parent?.from && !page.slice(to, to + 2).startsWith("[!");
  if (isQuotation) page.replace(node.from, to, new Quotation());
  else page.hide(node.from, to);
};

const quotation: Draw = (node, page) => {
  const level = Math.min(depth(node.node, /^Blockquote$/) + 1, QUOTATIONS_MAX);
  for (const line of page.lines(node.from, node.to)) page.quoted(line.from, level);
};

const escape: Draw = (node, page) => {
  if (!page.touches(node.from, node.to)) page.hide(node.from, node.from + 1);
};

class Rule extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(): HTMLElement {
    const rule = document.createElement("span");
    rule.className = "md-rule";
    rule.setAttribute("role", "separator");
    return rule;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const rule: Draw = (node: SyntaxNodeRef, page: Page) => {
  if (!page.touches(node.from, node.to)) page.replace(node.from, node.to, new Rule());
};

export const marks: Readonly<Record<string, Draw>> = {
  Emphasis: between("EmphasisMark", "emphasis"),
  StrongEmphasis: between("EmphasisMark", "strong"),
  Strikethrough: between("StrikethroughMark", "deletion"),
  Highlight: between("HighlightMark", "mark"),
  InlineCode: between("CodeMark", "code"),
  ATXHeading1: heading(1),
  ATXHeading2: heading(2),
  ATXHeading3: heading(3),
  ATXHeading4: heading(4),
  ATXHeading5: heading(5),
  ATXHeading6: heading(6),
  SetextHeading1: heading(1),
  SetextHeading2: heading(2),
  Blockquote: quotation,
  QuoteMark: quote,
  Escape: escape,
  HorizontalRule: rule,
};

export function spaces(text: string): number {
  return text.length - text.trimStart().length;
}

export function trailingSpaces(text: string): number {
  return text.length - text.trimEnd().length;
}
