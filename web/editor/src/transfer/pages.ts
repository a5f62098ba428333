// Pages, as Etherpad exports its pads: read here, by what reads them when they are pasted, since the server reads no HTML.

import type { Picked } from "./pick.ts";

/** Longest page that is read, bytes: it is in memory several times then. */
const BYTES_MAX = 8 << 20;

/** A page as a file of Markdown, and everything else as it is. What lies in a folder is left alone: texts may name it. */
export async function asMarkdown(one: Picked): Promise<Picked> {
  const stem = /^([^/]+)\.html?$/i.exec(one.path)?.[1];
  if (stem === undefined || one.file.size > BYTES_MAX) return one;
  const { markdownOf } = await import("../paste/html.ts");
  const text = markdownOf(await one.file.text());
  const name = `${stem}.md`;
  return { path: name, file: new File(text === null ? [] : [text, "\n"], name, { type: "text/markdown" }) };
}
