// Words of HTML with their marks. They are gathered as runs first and marked up after, so that marks neither double nor hold blanks at their ends.

import { escaped } from "./escape.ts";
import { attribute, children, isText, nameOf, type Source, styleOf, textOf } from "./source.ts";

interface Marks {
  link: string;
  bold: boolean;
  italic: boolean;
  strike: boolean;
  code: boolean;
}

interface Run extends Marks {
  text: string;
  /** Already Markdown. */
  isDone: boolean;
}

const NONE: Marks = { link: "", bold: false, italic: false, strike: false, code: false };

/** `fixed` marks are what they are, whatever the text says: a heading is bold by itself. */
export function inlineOf(nodes: readonly Source[], fixed: Partial<Marks> = {}): string {
  const runs = collapsed(nodes.flatMap((node) => runsOf(node, NONE, fixed)));
  return written(runs, ["link", "bold", "italic", "strike", "code"])
    .replace(/^(?:\\?\n)+|(?:\\?\n)+$/g, "")
    .split("\n")
    .map((line) => line.trim())
    .map(atStart)
    .join("\n");
}

function runsOf(node: Source, marks: Marks, fixed: Partial<Marks>): Run[] {
  if (isText(node)) return [{ ...marks, text: node.nodeValue ?? "", isDone: false }];
  const name = nameOf(node);
  if (name === "BR") return [{ ...marks, text: "\\\n", isDone: true }];
  if (name === "IMG") return [{ ...marks, text: picture(node), isDone: true }];
  const next = { ...marksOf(node, name, marks), ...fixed };
  if (next.code) return [{ ...next, text: textOf(node), isDone: false }];
  return children(node).flatMap((child) => runsOf(child, next, fixed));
}

function marksOf(node: Source, name: string, marks: Marks): Marks {
  const style = styleOf(node);
  const weight = /font-weight:\s*(\w+)/.exec(style)?.[1];
  const slant = /font-style:\s*(\w+)/.exec(style)?.[1];
  return {
    link: name === "A" ? addressOf(node) || marks.link : marks.link,
    // Google puts all it copies into a `b` that is not bold.
    bold: weight !== undefined ? /^(?:bold|bolder|[6-9]00)$/.test(weight) : marks.bold || name === "B" || name === "STRONG",
    italic: slant !== undefined ? slant === "italic" || slant === "oblique" : marks.italic || name === "I" || name === "EM",
    strike: marks.strike || name === "S" || name === "DEL" || name === "STRIKE" || /text-decoration[^;]*line-through/.test(style),
    code: marks.code || name === "CODE" || name === "TT" || name === "KBD" || name === "SAMP",
  };
}

/** Where a link leads; nothing when that is no place to go to. */
function addressOf(node: Source): string {
  const address = attribute(node, "href").trim();
  if (!/^(?:https?:|mailto:|tel:)/i.test(address)) return "";
  // Google leads by itself to where a link leads.
  const through = /^https:\/\/www\.google\.com\/url\?(?:.*&)?q=([^&]+)/.exec(address)?.[1];
  return through === undefined ? address : decoded(through);
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    // Not what it looked like: shown as it is.
    return address;
  }
}

function picture(node: Source): string {
  const address = attribute(node, "src");
  const alt = escaped(attribute(node, "alt"));
  return /^https?:/i.test(address) ? `![${alt}](${target(address)})` : alt;
}

/** Blanks as they are shown: many are one, and one is between two runs at most. */
function collapsed(runs: readonly Run[]): Run[] {
  const found: Run[] = [];
  let isBlank = true;
  for (const run of runs) {
    if (run.isDone) {
      isBlank = run.text.endsWith("\n");
      found.push(run);
      continue;
    }
    let text = run.text.replace(/[\s\u00a0]+/g, " ");
    if (isBlank && text.startsWith(" ")) text = text.slice(1);
    if (text === "") continue;
    isBlank = text.endsWith(" ");
    found.push({ ...run, text });
  }
  return found;
}

/** The mark that goes on longest stands around the others. */
function written(runs: readonly Run[], marks: readonly (keyof Marks)[]): string {
  let text = "";
  for (let at = 0; at < runs.length; ) {
    const run = runs[at]!;
    const all = marks.filter((mark) => run[mark] !== false && run[mark] !== "");
    // Within code there are no marks.
    const on = all.length > 1 ? all.filter((mark) => mark !== "code") : all;
    const ends = on.map((mark) => {
      const other = runs.findIndex((one, index) => index > at && one[mark] !== run[mark]);
      return other < 0 ? runs.length : other;
    });
    const end = Math.max(at + 1, ...ends);
    const mark = on[ends.indexOf(end)];
    if (mark === undefined) text += run.isDone || run.code ? run.text : escaped(run.text);
    else text += marked(written(runs.slice(at, end), marks.filter((one) => one !== mark)), mark, run[mark] as string | true);
    at = end;
  }
  return text;
}

const SIGNS = { bold: "**", italic: "*", strike: "~~" } as const;

function marked(inner: string, mark: keyof Marks, value: string | true): string {
  const [, before = "", words = "", behind = ""] = /^((?:\s|\\\n)*)([\s\S]*?)((?:\s|\\\n)*)$/.exec(inner) ?? [];
  if (words === "") return inner;
  if (mark === "link") return before + linked(words, String(value)) + behind;
  if (mark !== "code") return before + SIGNS[mark] + words + SIGNS[mark] + behind;
  const longest = Math.max(0, ...(words.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = words.startsWith("`") || words.endsWith("`") ? " " : "";
  return before + fence + pad + words + pad + fence + behind;
}

/** An address that is its own words stands as it is. */
function linked(words: string, address: string): string {
  return words.replace(/\\(?=[_*~])/g, "") === address ? address : `[${words}](${target(address)})`;
}

function target(address: string): string {
  return /[\s()<>]/.test(address) ? `<${address.replace(/[<>\s]/g, encodeURIComponent)}>` : address;
}

/** What would be the mark of a block at the start of a line. */
function atStart(line: string): string {
  return line.replace(/^(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|(?:=+|-+)$)/, "\\").replace(/^(\d{1,9})(?=[.)](?:\s|$))/, "$1\\");
}
