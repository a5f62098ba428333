// `[[Other note]]`, as notes name each other in Obsidian and in wikis, as `web/prose` reads it (`reader/named.rs`): a relative address without its ending,
// with other words behind a bar, and with an exclamation mark for what is shown in place.

import { tags } from "@lezer/highlight";
import type { MarkdownConfig } from "@lezer/markdown";
import { sized } from "./size.ts";

/** Longest name with its words, UTF-16 units. */
const UNITS_MAX = 500;

const TEXTS = /^(?:md|markdown|mdown|mkd|txt)$/;
const PICTURES = /^(?:png|jpe?g|gif|webp|avif|bmp|svg)$/;
const FILES = /^(?:pdf|zip|csv|docx|xlsx|pptx|odt|mp3|m4a|wav|ogg|flac|3gp|mp4|webm|mov|canvas)$/;

const BEGINNING = /^!?\[\[([^[\]\n\r`<>$]*)\]\](?!\(|\[(?![[^]))/;

/** What a name between brackets means. */
export interface Named {
  /** The relative address. */
  url: string;
  /** What stands for it. */
  words: string;
  /** Where those begin and end in what is written. */
  from: number;
  to: number;
  /** Width and height, where it is a picture that is shown in place. */
  picture: readonly (number | null)[] | null;
  /** How long it is written. */
  length: number;
}

/** The one that a text begins with. */
export function namedAt(text: string): Named | null {
  const found = BEGINNING.exec(text);
  const inside = found?.[1];
  if (found === null || inside === undefined || inside.length > UNITS_MAX) return null;
  const begin = text.startsWith("!") ? 3 : 2;
  const bar = inside.indexOf("|");
  // In a table, the bar is escaped.
  const name = (bar < 0 ? inside : inside.slice(0, bar)).replace(bar < 0 ? /$^/ : /\\$/, "");
  const behind = bar < 0 ? "" : inside.slice(bar + 1);
  const said = behind.trim();
  if (/^(?:[ \t^]|$)/.test(name) || name.trim() === "" || name.includes("://") || /\\/.test(name + said)) return null;
  const ending = endingOf(name.split("#", 1)[0]!);
  const isPicture = begin === 3 && ending !== null && PICTURES.test(ending);
  const size = isPicture ? sized(`|${said}`).size : [null, null];
  const url = addressOf(name, ending);
  if (url === null) return null;
  const isSaid = said !== "" && size[0] == null;
  const from = begin + (isSaid ? bar + 1 + behind.indexOf(said) : 0);
  const words = isSaid ? said : name;
  return { url, words, from, to: from + words.length, picture: isPicture ? size : null, length: found[0].length };
}

function endingOf(path: string): string | null {
  return /\.([^.]*)$/.exec(path.trim())?.[1]?.toLowerCase() ?? null;
}

function addressOf(name: string, ending: string | null): string | null {
  const [path = "", ...headings] = name.split("#");
  const bare = path.trim().replace(/^\/+/, "");
  const isFile = ending !== null && (TEXTS.test(ending) || PICTURES.test(ending) || FILES.test(ending));
  const encoded = bare.split("/").map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)).join("/");
  const heading = headings.at(-1) ?? "";
  const place = heading.trim() === "" || heading.startsWith("^") ? "" : `#${slug(heading)}`;
  const url = encoded + (bare === "" || isFile ? "" : ".md") + place;
  return url === "" ? null : url;
}

/** What a heading is called within the page, as the reader names it. */
function slug(words: string): string {
  const kept = [...words.trim()].filter((letter) => /[\p{Alphabetic}\p{N}_ -]/u.test(letter)).slice(0, 80);
  const name = kept.map((letter) => (letter === " " ? "-" : letter.toLowerCase())).join("");
  return name === "" ? "section" : name;
}

const [BRACKET, EXCLAMATION] = [91, 33];

/** Brackets with a name in them, as one node: nothing in it means anything by itself. */
export const names: MarkdownConfig = {
  defineNodes: [
    { name: "NameLink", style: { "NameLink/...": tags.link } },
    { name: "NameEmbed", style: { "NameEmbed/...": tags.link } },
    { name: "NameMark", style: tags.processingInstruction },
  ],
  parseInline: [
    {
      name: "NameLink",
      before: "Link",
      parse(cx, next, at) {
        const isShown = next === EXCLAMATION;
        if ((!isShown && next !== BRACKET) || cx.char(at + 1) !== BRACKET || (isShown && cx.char(at + 2) !== BRACKET)) return -1;
        const named = namedAt(cx.slice(at, Math.min(cx.end, at + UNITS_MAX + 8)));
        if (named === null) return -1;
        const to = at + named.length;
        const marks = [cx.elt("NameMark", at, at + named.from), cx.elt("NameMark", at + named.to, to)];
        return cx.addElement(cx.elt(isShown ? "NameEmbed" : "NameLink", at, to, marks));
      },
    },
  ],
};
