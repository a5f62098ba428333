// Draws what is in view, as it reads. Nothing changes under a composition or under a pressed mouse button: the text would move away from
// what is composed, or from the hand.

import type { SyntaxNodeRef } from "@lezer/common";
import { syntaxTree } from "@codemirror/language";
import type { EditorState, Extension } from "@codemirror/state";
import { type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { callouts } from "./callouts.ts";
import { code } from "./code.ts";
import { footnotes } from "./footnotes.ts";
import { formulas } from "./formulas.ts";
import { frontMatterEnd } from "../front.ts";
import { links } from "./links.ts";
import { lists } from "./lists.ts";
import { marks } from "./marks.ts";
import { type Draw, Page } from "./page.ts";
import { touchChanged } from "./touch.ts";

const draws = new Map<string, Draw[]>();
for (const part of [footnotes, formulas, links, lists, marks, callouts, code]) {
  for (const [name, draw] of Object.entries(part)) draws.set(name, [...(draws.get(name) ?? []), draw]);
}

/** Decorations of a stretch of text. */
export function drawn(state: EditorState, from: number, to: number): DecorationSet {
  const page = new Page(state, from, to);
  const front = frontMatterEnd(state) ?? -1;
  const enter = (node: SyntaxNodeRef): boolean | void => {
    // What stands in a table is the table's, and front matter is no Markdown.
    if (node.name === "Table" || (node.to <= front && !node.type.isTop && node.name !== "Section")) return false;
    for (const draw of draws.get(node.name) ?? []) if (draw(node, page) === false) return false;
  };
  syntaxTree(state).iterate({ from, to, enter });
  return page.decorations();
}

/** A button that is let go, also after text was dragged. */
const RELEASES = ["mouseup", "dragend"] as const;

/** Draws the text; `isComposing` tells whether an input method is at work. */
export function inlinePreview(isComposing: () => boolean): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      private isHeld = false;
      private isStale = false;
      private readonly release = () => {
        if (!this.isHeld) return;
        this.isHeld = false;
        // Not within the event: the editor has work of its own to do with it.
        if (this.isStale) setTimeout(() => this.view.dispatch({}));
      };

      constructor(private readonly view: EditorView) {
        this.decorations = inView(view);
        for (const name of RELEASES) view.dom.ownerDocument.addEventListener(name, this.release);
      }

      update(update: ViewUpdate): void {
        const isParsedFurther = syntaxTree(update.startState) !== syntaxTree(update.state);
        const isDue = update.docChanged || update.viewportChanged || isParsedFurther || touchChanged(update.startState, update.state);
        if (!isDue && !this.isStale) return;
        this.isStale = isComposing() || update.view.composing || (this.isHeld && !update.docChanged && !update.viewportChanged);
        this.decorations = this.isStale ? this.decorations.map(update.changes) : inView(update.view);
      }

      hold(): void {
        this.isHeld = true;
      }

      destroy(): void {
        for (const name of RELEASES) this.view.dom.ownerDocument.removeEventListener(name, this.release);
      }
    },
    {
      decorations: (plugin) => plugin.decorations,
      eventObservers: {
        mousedown(event) {
          // Of the other buttons browsers do not always tell when they are let go.
          if (event.button === 0 && !event.ctrlKey) this.hold();
        },
      },
    },
  );
}

function inView(view: EditorView): DecorationSet {
  // Ranges only part where a fold or an endless line is: what lies between is not worth two walks.
  const { from } = view.viewport;
  const { to } = view.viewport;
  return drawn(view.state, from, to);
}
