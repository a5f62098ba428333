// The words of a cell as they read, made of elements and never of markup.

import type { SyntaxNode } from "@lezer/common";
import { readable } from "../../attach/named.ts";
import { markdownParser } from "../../markdown.ts";
import { place } from "../../drawn.ts";
import { formulaOf } from "../formulas.ts";
import { address } from "../links.ts";
import { namedAt } from "../names.ts";

const TAGS: Readonly<Record<string, string>> = { Emphasis: "em", StrongEmphasis: "strong", Strikethrough: "del", Highlight: "mark", InlineCode: "code" };

const MARK = /Mark$/;

const BEFORE = "x ";

let parser: ReturnType<typeof markdownParser> | undefined;

/** Puts a cell's words into an element. */
export function showWords(text: string, into: HTMLElement): void {
  parser ??= markdownParser();
  into.replaceChildren();
  // Behind a word, so that nothing at the start of a cell is the start of a block.
  const source = `${BEFORE}${text}`;
  const paragraph = parser.parse(source).topNode.firstChild;
  if (paragraph === null || !/[*_~=`[\\<$]/.test(text)) into.textContent = text;
  else children(source, paragraph, BEFORE.length, into);
}

function children(source: string, node: SyntaxNode, from: number, into: HTMLElement): void {
  let at = from;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.from > at) into.append(source.slice(at, child.from));
    at = Math.max(at, child.to);
    if (MARK.test(child.name)) continue;
    draw(source, child, into);
  }
  if (node.to > at) into.append(source.slice(at, node.to));
}

function draw(source: string, node: SyntaxNode, into: HTMLElement): void {
  const tag = TAGS[node.name];
  const text = source.slice(node.from, node.to);
  if (tag !== undefined) {
    const element = document.createElement(tag);
    children(source, node, node.from, element);
    into.append(element);
  } else if (node.name === "Formula" || node.name === "DisplayFormula") {
    into.append(place("formula", formulaOf(source, node)));
  } else if (node.name === "Escape") {
    into.append(text.slice(1));
  } else if (node.name === "Link" && node.getChild("URL") !== null) {
    const [open, close] = node.getChildren("LinkMark");
    const url = node.getChild("URL")!;
    const found = address(source.slice(url.from, url.to), location.href);
    if (open === undefined || close === undefined || found === null) return into.append(text);
    into.append(anchor(found.href, source.slice(open.to, close.from)));
  } else if (node.name === "NameLink") {
    const named = namedAt(text);
    const found = named === null ? null : address(named.url, location.href);
    if (named === null || found === null) return into.append(text);
    into.append(anchor(found.href, named.words));
  } else {
    into.append(text);
  }
}

function anchor(href: string, words: string): HTMLElement {
  const made = document.createElement("span");
  made.className = "md-anchor";
  made.dataset["href"] = href;
  made.title = readable(new URL(href));
  made.textContent = words;
  return made;
}
