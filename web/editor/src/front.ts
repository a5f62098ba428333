// Front matter: what a text says about itself before it begins, in lines of names and values. It is no Markdown.

import type { EditorState } from "@codemirror/state";

/** Front matter of more lines is read as text. */
const LINES_MAX = 100;

const FENCE = /^---[ \t]*$/;
const END = /^(---|\.\.\.)[ \t]*$/;
const FIELD = /^([^\s:#][^:]*):[ \t]*(.*)$/;

/** Where the front matter ends; none when the text has none. */
export function frontMatterEnd(state: EditorState): number | null {
  const { doc } = state;
  if (!/^\ufeff?---/.test(doc.sliceString(0, 4)) || !FENCE.test(doc.line(1).text.replace(/^\ufeff/, ""))) return null;
  const last = Math.min(doc.lines, LINES_MAX);
  for (let number = 2; number <= last; number++) {
    const line = doc.line(number);
    // An empty line or a word between two rules is text, and no name with a value.
    if (END.test(line.text)) return number > 2 && FIELD.test(doc.line(2).text) ? line.to : null;
  }
  return null;
}

/** Names with their values, as far as they stand in lines of their own; what is further in belongs to the value above. */
export function readFrontMatter(text: string): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (const line of text.split("\n").slice(1, -1)) {
    const found = FIELD.exec(line);
    if (found !== null) fields.push([found[1]!.trim(), unquoted(found[2]!.trim())]);
    else if (line.trim() !== "" && fields.length > 0) fields.at(-1)![1] += `${fields.at(-1)![1] === "" ? "" : ", "}${unquoted(line.trim().replace(/^-\s+/, ""))}`;
  }
  return fields;
}

function unquoted(value: string): string {
  const list = /^\[(.*)\]$/.exec(value);
  if (list !== null) return list[1]!.split(",").map((one) => unquoted(one.trim())).join(", ");
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
