// Markdown as it is written: the marks stay, and what they mean is seen.

import { markdown, markdownLanguage as gfm } from "@codemirror/lang-markdown";
import { HighlightStyle, Language, LanguageSupport, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { type EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type MarkdownConfig, MarkdownParser } from "@lezer/markdown";
import { frontMatterEnd } from "./front.ts";
import { formulas } from "./preview/dollars.ts";
import { highlighted, highlightTag } from "./preview/highlight.ts";
import { names } from "./preview/names.ts";
import { paceOf } from "./pace.ts";
import { SECTION_UNITS, SectionedParser } from "./sections.ts";

/** By class, since the colours are the style sheet's. */
const style = HighlightStyle.define([
  { tag: tags.heading1, class: "md-heading md-heading-1" },
  { tag: tags.heading2, class: "md-heading md-heading-2" },
  { tag: tags.heading3, class: "md-heading md-heading-3" },
  { tag: [tags.heading4, tags.heading5, tags.heading6], class: "md-heading md-heading-4" },
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-emphasis" },
  { tag: tags.strikethrough, class: "md-strike" },
  { tag: highlightTag, class: "md-highlight" },
  { tag: tags.monospace, class: "md-code" },
  { tag: tags.link, class: "md-link" },
  { tag: tags.url, class: "md-url" },
  { tag: tags.string, class: "md-link-title" },
  { tag: tags.quote, class: "md-quote" },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: "md-mark" },
  { tag: [tags.meta, tags.comment, tags.labelName], class: "md-mark" },
  { tag: tags.atom, class: "md-task" },
]);

const BLOCKS: Readonly<Record<string, Decoration>> = {
  FencedCode: Decoration.line({ class: "md-line-code" }),
  CodeBlock: Decoration.line({ class: "md-line-code" }),
  Blockquote: Decoration.line({ class: "md-line-quote" }),
  Table: Decoration.line({ class: "md-line-table" }),
};

const FRONT = Decoration.line({ class: "md-line-front" });

/** Whole lines of code, quotations, tables and front matter, as far as they are in view. */
const blocks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: ViewUpdate): void {
      const isParsedFurther = syntaxTree(update.startState) !== syntaxTree(update.state);
      if (update.docChanged || update.viewportChanged || isParsedFurther) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorate({ state, visibleRanges }: EditorView): DecorationSet {
  return wholeLines(state, visibleRanges);
}

/** What whole lines are drawn as, within stretches of a text. */
export function wholeLines(state: EditorState, ranges: readonly { from: number; to: number }[]): DecorationSet {
  const { doc } = state;
  const lines = new Map<number, Decoration>();
  for (const { from, to } of ranges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter: (node) => {
        const decoration = BLOCKS[node.name];
        if (decoration === undefined) return;
        const last = doc.lineAt(Math.min(node.to, to)).number;
        for (let number = doc.lineAt(Math.max(node.from, from)).number; number <= last; number++) {
          lines.set(doc.line(number).from, decoration);
        }
      },
    });
  }
  // It is no Markdown, whatever its lines are taken for.
  const front = frontMatterEnd(state) ?? -1;
  const last = Math.min(front, ranges.at(-1)?.to ?? -1);
  for (let at = 0; at <= last; at = doc.lineAt(at).to + 1) lines.set(at, FRONT);
  const builder = new RangeSetBuilder<Decoration>();
  for (const [at, decoration] of [...lines].sort(([a], [b]) => a - b)) builder.add(at, at, decoration);
  return builder.finish();
}

/** Marks further into one paragraph than this, in UTF-16 units, are plain text. */
const MARKED_UNITS_MAX = 20_000;

/** Each unit is looked at by every reader of marks, and finding the other end of one looks back over all marks of its paragraph: in a line of a megabyte, every key would take seconds. */
export const boundedParagraphs: MarkdownConfig = {
  parseInline: [
    {
      name: "Bounded",
      before: "Escape",
      parse: (cx, _next, at) => (at - cx.offset > MARKED_UNITS_MAX ? cx.end : -1),
    },
  ],
};

/** What the reader knows nothing of: a power in a formula must not end it. */
const UNREAD = ["Superscript"];

/** What Markdown looks like, whoever parses it. */
export function markdownLook(): Extension {
  return [syntaxHighlighting(style), blocks];
}

/** GitHub's flavour. Other languages within it stay plain, and are not looked for: that would be another walk through the whole text with every key. */
export function markdownParser(): MarkdownParser {
  if (!(gfm.parser instanceof MarkdownParser)) throw new Error("GitHub's flavour is parsed as Markdown");
  return gfm.parser.configure([highlighted, formulas, names, boundedParagraphs, { remove: UNREAD }]);
}

/** GitHub's flavour, with its keys for going on with a list. */
export function markdownLanguage(): Extension {
  const { support } = markdown({ base: gfm, completeHTMLTags: false });
  const language = new Language(gfm.data, new SectionedParser(markdownParser(), SECTION_UNITS, paceOf), [], "markdown");
  return [new LanguageSupport(language, support), markdownLook()];
}
