// From HTML to Markdown.

import { blocksOf } from "./blocks.ts";
import type { Source } from "./source.ts";

/** Nothing of it runs or is fetched: a document that the parser makes is inert. Null when it says no more than its plain text. */
export function markdownOf(html: string): string | null {
  return written(new DOMParser().parseFromString(html, "text/html").body);
}

export function written(body: Source): string | null {
  const text = blocksOf(body).join("\n\n").trim();
  return text === "" ? null : text;
}
