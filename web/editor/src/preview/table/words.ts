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

/** Where in its cell's text what a node says begins. */
const starts = new WeakMap<Node, number>();

let parser: ReturnType<typeof markdownParser> | undefined;

/** Puts a cell's words into an element. */
export function showWords(text: string, into: HTMLElement): void {
  parser ??= markdownParser();
  into.replaceChildren();
  // Behind a word, so that nothing at the start of a cell is the start of a block.
  const source = `${BEFORE}${text}`;
  const paragraph = parser.parse(source).topNode.firstChild;
  if (paragraph === null || !/[*_~=`[\\<$]/.test(text)) put(text, BEFORE.length, into);
  else children(source, paragraph, BEFORE.length, into);
}

function children(source: string, node: SyntaxNode, from: number, into: HTMLElement): void {
  let at = from;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.from > at) put(source.slice(at, child.from), at, into);
    at = Math.max(at, child.to);
    if (MARK.test(child.name)) continue;
    draw(source, child, into);
  }
  if (node.to > at) put(source.slice(at, node.to), at, into);
}

function put(words: string, at: number, into: HTMLElement): void {
  if (words === "") return;
  const node = new Text(words);
  starts.set(node, at - BEFORE.length);
  into.append(node);
}

/** What an element shows of a stretch of its cell's text: nothing, when that is within a mark, an address or a formula. */
export function drawnWords(cell: HTMLElement, from: number, to: number): Range[] {
  const ranges: Range[] = [];
  const isWritten = document.activeElement === cell;
  const text = cell.textContent ?? "";
  // The cell that is written in shows its text as it is, with spaces that do not count yet.
  let at = text.trimStart().length - text.length;
  const nodes = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode() !== null) {
    const node = nodes.currentNode as Text;
    const start = isWritten ? at : starts.get(node);
    at += node.length;
    if (start === undefined) continue;
    const [low, high] = [Math.max(from - start, 0), Math.min(to - start, node.length)];
    if (low >= high) continue;
    const range = document.createRange();
    range.setStart(node, low);
    range.setEnd(node, high);
    ranges.push(range);
  }
  return ranges;
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
    put(text.slice(1), node.from + 1, into);
  } else if (node.name === "Link" && node.getChild("URL") !== null) {
    const [open, close] = node.getChildren("LinkMark");
    const url = node.getChild("URL")!;
    const found = address(source.slice(url.from, url.to), location.href);
    if (open === undefined || close === undefined || found === null) return put(text, node.from, into);
    into.append(anchor(found.href, source.slice(open.to, close.from), open.to));
  } else if (node.name === "NameLink") {
    const named = namedAt(text);
    const found = named === null ? null : address(named.url, location.href);
    if (named === null || found === null) return put(text, node.from, into);
    into.append(anchor(found.href, named.words, node.from + Math.max(0, text.lastIndexOf(named.words))));
  } else {
    put(text, node.from, into);
  }
}

function anchor(href: string, words: string, at: number): HTMLElement {
  const made = document.createElement("span");
  made.className = "md-anchor";
  made.dataset["href"] = href;
  made.title = readable(new URL(href));
  put(words, at, made);
  return made;
}
