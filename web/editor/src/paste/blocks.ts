// Blocks of HTML as blocks of Markdown.

import { inlineOf } from "./inline.ts";
import { itemLines, listOf, wordItem } from "./lists.ts";
import { attribute, children, isText, nameOf, type Source, textOf } from "./source.ts";
import { tableOf } from "./tables.ts";

const BLOCK = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY TD TH THEAD TR UL".split(" "),
);

/** The blocks in an element, each without a line break at its ends. */
export function blocksOf(element: Source): string[] {
  const blocks: string[] = [];
  let words: Source[] = [];
  const flush = () => {
    // Two breaks make a new paragraph.
    for (const text of inlineOf(words).split(/(?:\\\n){2,}/)) if (text.trim() !== "") blocks.push(text);
    words = [];
  };
  let items: string[] = [];
  const flushItems = () => {
    if (items.length > 0) blocks.push(items.join("\n"));
    items = [];
  };
  for (const child of children(element)) {
    const item = isText(child) ? null : wordItem(child);
    if (item !== null) {
      flush();
      items.push(item);
    } else if (isText(child) || !holdsBlocks(child)) {
      if (items.length > 0 && textOf(child).trim() === "") continue;
      flushItems();
      words.push(child);
    } else {
      flush();
      flushItems();
      blocks.push(...blockOf(child));
    }
  }
  flush();
  flushItems();
  return blocks;
}

/** Whether it is a block or, as the frame that a word processor puts around everything, holds one. */
function holdsBlocks(element: Source): boolean {
  return BLOCK.has(nameOf(element)) || children(element).some((child) => !isText(child) && holdsBlocks(child));
}

function blockOf(element: Source): string[] {
  const name = nameOf(element);
  const level = /^H([1-6])$/.exec(name)?.[1] ?? (attribute(element, "class") === "MsoTitle" ? "1" : undefined);
  if (level !== undefined) {
    const text = inlineOf(children(element), { bold: false }).replace(/\\?\n/g, " ").trim();
    return text === "" ? [] : [`${"#".repeat(Number(level))} ${text}`];
  }
  if (name === "HR") return ["---"];
  if (name === "PRE") return [codeOf(element)];
  if (name === "BLOCKQUOTE") return quoted(blocksOf(element));
  if (name === "UL" || name === "OL") return [listOf(element)].filter((list) => list !== "");
  if (name === "LI") return [itemLines("- ", element)];
  if (name === "TABLE") return tableOf(element);
  return blocksOf(element);
}

function quoted(blocks: readonly string[]): string[] {
  if (blocks.length === 0) return [];
  return [blocks.join("\n\n").replace(/^(?=.)/gm, "> ").replace(/^$/gm, ">")];
}

function codeOf(element: Source): string {
  const text = textOf(element).replace(/\n$/, "");
  const inner = children(element).find((child) => nameOf(child) === "CODE");
  const classes = `${attribute(element, "class")} ${inner === undefined ? "" : attribute(inner, "class")}`;
  const language = /(?:^|\s)(?:lang|language|highlight-source)-([\w+#-]+)/.exec(classes)?.[1] ?? "";
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
