// Lists of HTML as lists of Markdown, with what word processors make of them.

import { blocksOf } from "./blocks.ts";
import { inlineOf } from "./inline.ts";
import { attribute, children, isText, nameOf, type Source, styleOf, textOf } from "./source.ts";

export function listOf(list: Source): string {
  const isNumbered = nameOf(list) === "OL";
  let number = Number(attribute(list, "start") || "1");
  const items: string[] = [];
  for (const child of children(list)) {
    if (isText(child)) continue;
    const name = nameOf(child);
    if (name === "UL" || name === "OL") {
      // A list beside the items, as some write what belongs to the item before.
      const inner = listOf(child);
      const width = isNumbered ? `${number - 1}. `.length : 2;
      if (inner !== "") items.push(items.length === 0 ? inner : inner.replace(/^(?=.)/gm, " ".repeat(width)));
      continue;
    }
    const mark = isNumbered ? `${number++}. ` : "- ";
    items.push(itemLines(mark, child));
  }
  return items.join("\n");
}

/** An item with all that is in it, indented as far as its words are. */
export function itemLines(mark: string, item: Source): string {
  const box = boxOf(item);
  const blocks = blocksOf(item);
  const [first = "", ...others] = blocks;
  // A list directly under the words of its item belongs to them without an empty line.
  const rest = others.map((block) => (/^(?:[-*+]|\d+[.)]) /.test(block) ? `\n${block}` : `\n\n${block}`)).join("");
  const text = (box + first + rest).replace(/\n(?=[^\n])/g, `\n${" ".repeat(mark.length)}`);
  return (mark + text).trimEnd();
}

/** Of an item that can be ticked. */
function boxOf(item: Source): string {
  if (attribute(item, "role") === "checkbox") return attribute(item, "aria-checked") === "true" ? "[x] " : "[ ] ";
  const box = boxWithin(item, 3);
  if (box === null) return "";
  const isTicked = (box.getAttribute?.("checked") ?? null) !== null;
  return isTicked ? "[x] " : "[ ] ";
}

function boxWithin(node: Source, depth: number): Source | null {
  for (const child of children(node)) {
    if (isText(child)) {
      if (textOf(child).trim() !== "") return null;
      continue;
    }
    if (nameOf(child) === "INPUT") return attribute(child, "type") === "checkbox" ? child : null;
    if (nameOf(child) === "UL" || nameOf(child) === "OL" || depth === 0) return null;
    const found = boxWithin(child, depth - 1);
    if (found !== null || textOf(child).trim() !== "") return found;
  }
  return null;
}

/** A paragraph that Word calls an item: its level is in the style, and its mark stands before the words. Null for all others. */
export function wordItem(element: Source): string | null {
  const level = /mso-list:[^;]*\blevel(\d)/i.exec(styleOf(element))?.[1];
  if (level === undefined) return null;
  const mark = /^\s*(?:\d+|[a-zA-Z])[.)]/.test(ignored(element)) ? "1. " : "- ";
  return `${"   ".repeat(Number(level) - 1)}${mark}${inlineOf(children(element)).trim()}`;
}

/** The words that are not to be read as text. */
function ignored(node: Source): string {
  if (/mso-list:\s*Ignore/i.test(styleOf(node))) return textOf({ ...plain(node) });
  return isText(node) ? "" : [...node.childNodes].map(ignored).join("");
}

function plain(node: Source): Source {
  return { nodeType: node.nodeType, nodeName: "SPAN", nodeValue: node.nodeValue, childNodes: node.childNodes };
}
