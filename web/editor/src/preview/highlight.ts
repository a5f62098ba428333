// `==highlighted==` text, which neither CommonMark nor GitHub's flavour has and many notes do.

import { Tag, tags } from "@lezer/highlight";
import type { DelimiterType, MarkdownConfig } from "@lezer/markdown";

export const highlightTag = Tag.define("highlight", tags.content);

const delimiter: DelimiterType = { resolve: "Highlight", mark: "HighlightMark" };

const EQUALS = 61;
const SPACE = /^\s?$/;

export const highlighted: MarkdownConfig = {
  defineNodes: [
    { name: "Highlight", style: { "Highlight/...": highlightTag } },
    { name: "HighlightMark", style: tags.processingInstruction },
  ],
  parseInline: [
    {
      name: "Highlight",
      after: "Emphasis",
      parse(cx, next, at) {
        if (next !== EQUALS || cx.char(at + 1) !== EQUALS || cx.char(at + 2) === EQUALS || cx.char(at - 1) === EQUALS) return -1;
        const opens = !SPACE.test(cx.slice(at + 2, Math.min(at + 3, cx.end)));
        const closes = !SPACE.test(cx.slice(Math.max(at - 1, cx.offset), at));
        return cx.addDelimiter(delimiter, at, at + 2, opens, closes);
      },
    },
  ],
};
