// Colours in blocks of code. Worked out when the editor has nothing else to do, for the blocks in view, and kept by their text; until then,
// and while somebody types, the words keep the colours they have.

import { syntaxTree } from "@codemirror/language";
import type { ChangeDesc, Extension, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { Kind, Piece } from "./colour/languages.ts";

/** Longer blocks stay in one colour, UTF-16 units. */
const BLOCK_UNITS_MAX = 20_000;

/** Blocks whose colours are kept. */
const KEPT_MAX = 50;

/** At the latest after so long, milliseconds. */
const IDLE_MS_MAX = 300;

type Colour = typeof import("./colour/languages.ts").colour;

let loading: Promise<Colour> | undefined;
let colour: Colour | undefined;

const kept = new Map<string, Piece[]>();

const marks: Readonly<Record<Kind, Decoration>> = {
  comment: Decoration.mark({ class: "code-comment" }),
  string: Decoration.mark({ class: "code-string" }),
  number: Decoration.mark({ class: "code-number" }),
  keyword: Decoration.mark({ class: "code-keyword" }),
  name: Decoration.mark({ class: "code-name" }),
  type: Decoration.mark({ class: "code-type" }),
};

/** Colours the blocks whose language is known. */
export function codeColours(isComposing: () => boolean): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet = Decoration.none;
      /** The blocks that have their colours, where they are now. */
      private shown: Block[] = [];
      private isTouched = false;
      private isDue = false;
      private isGone = false;

      constructor(private readonly view: EditorView) {
        this.soon();
      }

      update(update: ViewUpdate): void {
        if (update.docChanged) this.follow(update.changes);
        if (update.docChanged || update.viewportChanged || syntaxTree(update.startState) !== syntaxTree(update.state)) this.soon();
      }

      destroy(): void {
        this.isGone = true;
      }

      private follow(changes: ChangeDesc): void {
        this.decorations = this.decorations.map(changes);
        this.isTouched ||= this.shown.some(({ from, text }) => changes.touchesRange(from, from + text.length));
        this.shown = this.shown.map((block) => ({ ...block, from: changes.mapPos(block.from, 1) }));
      }

      private soon(): void {
        if (this.isDue) return;
        this.isDue = true;
        atLeisure(() => {
          this.isDue = false;
          if (!this.isGone) this.work();
        });
      }

      private work(): void {
        if (isComposing()) return this.soon();
        const blocks = inView(this.view);
        if (blocks.length > 0 && colour === undefined) {
          loading ??= import("./colour/languages.ts").then((loaded) => (colour = loaded.colour));
          // Without its colours code can be read too; they are asked for again with the next block.
          loading.then(() => this.soon(), () => (loading = undefined));
          return;
        }
        // Whoever writes beside them waits for no frame of theirs.
        if (!this.isTouched && isSame(blocks, this.shown)) return;
        this.isTouched = false;
        this.shown = blocks;
        this.decorations = Decoration.set(blocks.flatMap(coloured), true);
        this.view.dispatch({});
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

interface Block {
  from: number;
  language: string;
  text: string;
}

function isSame(some: readonly Block[], others: readonly Block[]): boolean {
  const same = (block: Block, other: Block | undefined) => block.from === other?.from && block.language === other.language && block.text === other.text;
  return some.length === others.length && some.every((block, at) => same(block, others[at]));
}

function inView({ state, viewport: { from, to } }: EditorView): Block[] {
  const blocks: Block[] = [];
  syntaxTree(state).iterate({
    from,
    to,
    enter: (node) => {
      if (node.name !== "FencedCode") return;
      const info = node.node.getChild("CodeInfo");
      const [first] = node.node.getChildren("CodeText");
      const last = node.node.getChildren("CodeText").at(-1);
      if (info === null || first === undefined || last === undefined || last.to - first.from > BLOCK_UNITS_MAX) return false;
      const language = /^\{?\.?([\w+#-]+)/.exec(state.sliceDoc(info.from, info.to))?.[1] ?? "";
      blocks.push({ from: first.from, language, text: state.sliceDoc(first.from, last.to) });
      return false;
    },
  });
  return blocks;
}

function coloured({ from, language, text }: Block): Range<Decoration>[] {
  const key = `${language}\n${text}`;
  const pieces = kept.get(key) ?? colour?.(language, text) ?? [];
  kept.delete(key);
  kept.set(key, pieces);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
  return pieces.map(([start, end, kind]) => marks[kind].range(from + start, from + end));
}

function atLeisure(work: () => void): void {
  // Safari has no idle time for pages.
  if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: IDLE_MS_MAX });
  else setTimeout(work, IDLE_MS_MAX);
}
