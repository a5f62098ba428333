// What the editor does when it is asked by name: by keys, which are bound here as `commands/list.ts` has them, and by the palette.

import { copyLineDown, copyLineUp, deleteLine, moveLineDown, moveLineUp } from "@codemirror/commands";
import { foldAll, unfoldAll, unfoldCode } from "@codemirror/language";
import { findNext, findPrevious, gotoLine, openSearchPanel } from "@codemirror/search";
import type { Command, EditorView, KeyBinding } from "@codemirror/view";
import { type Deeds, dropDeeds, setDeeds } from "./commands/deeds.ts";
import { EDITING, type EditorCommand, FORMATS, keysOf } from "./commands/list.ts";
import { foldHere } from "./fold.ts";
import { linkHere, showLinkHere } from "./follow.ts";
import { applyFormat } from "./format.ts";
import { isLinkable } from "./format/linkable.ts";
import { moveDown, moveUp } from "./lists.ts";
import { show as showOutline } from "./outline.ts";
import { focusBar, toggleBar } from "./toolbar.ts";
import { isApple } from "./toolbar/keys.ts";

/** What is asked of whoever holds the document. */
export interface Surroundings {
  undo(): void;
  redo(): void;
  file(view: EditorView): void;
  download(format: "md" | "html"): void;
  print(): void;
  /** Shows where the next of the others is. */
  nextPerson(): void;
}

export type Named = Readonly<Record<EditorCommand, Command>>;

/** Every deed by its name. */
export function named(around: Surroundings): Named {
  return {
    bold: (view) => applyFormat(view, "bold"),
    italic: (view) => applyFormat(view, "italic"),
    strike: (view) => applyFormat(view, "strike"),
    code: (view) => applyFormat(view, "code"),
    link: (view) => applyFormat(view, "link"),
    heading1: (view) => applyFormat(view, "heading1"),
    heading2: (view) => applyFormat(view, "heading2"),
    heading3: (view) => applyFormat(view, "heading3"),
    numbers: (view) => applyFormat(view, "numbers"),
    bullets: (view) => applyFormat(view, "bullets"),
    task: (view) => applyFormat(view, "task"),
    quote: (view) => applyFormat(view, "quote"),
    codeblock: (view) => applyFormat(view, "codeblock"),
    formula: (view) => applyFormat(view, "formula"),
    diagram: (view) => applyFormat(view, "diagram"),
    table: (view) => applyFormat(view, "table"),
    rule: (view) => applyFormat(view, "rule"),
    image: (view) => applyFormat(view, "image"),
    file: done(around.file),
    undo: done(around.undo),
    redo: done(around.redo),
    find: openSearchPanel,
    "find-next": findNext,
    "find-previous": findPrevious,
    line: gotoLine,
    outline: done(showOutline),
    "next-person": done(around.nextPerson),
    "link-here": showLinkHere,
    "fold-here": foldHere,
    "unfold-here": unfoldCode,
    "fold-all": foldAll,
    "unfold-all": unfoldAll,
    "move-block-up": (view) => moveUp(view) || moveLineUp(view),
    "move-block-down": (view) => moveDown(view) || moveLineDown(view),
    "copy-line-up": copyLineUp,
    "copy-line-down": copyLineDown,
    "delete-line": deleteLine,
    bar: focusBar,
    "toggle-bar": done(toggleBar),
    "export-markdown": done(() => around.download("md")),
    "export-html": done(() => around.download("html")),
    print: done(around.print),
  };
}

/** What changes no text, and needs none to be seen. */
const WITHOUT_TEXT: readonly string[] = ["export-markdown", "export-html", "print", "next-person"] satisfies EditorCommand[];

/** What changes no text, and goes about in what is seen of it. */
const IN_TEXT: readonly string[] = ["find", "find-next", "find-previous", "line", "outline", "link-here", "fold-here", "unfold-here", "fold-all", "unfold-all"] satisfies EditorCommand[];

/** The keys of the list, bound to their deeds. */
export function keysOfDeeds(deeds: Named, apple = isApple): KeyBinding[] {
  return [...EDITING, ...FORMATS].flatMap(({ name }) =>
    keysOf(name, apple).map((key): KeyBinding => {
      if (name !== "link") return { key, run: deeds[name], preventDefault: true };
      // With nothing to make a link of, the same key goes to a document or a room, as everywhere else.
      return { key, run: (view) => isLinkable(view.state) && deeds.link(view), stopPropagation: true };
    }),
  );
}

/** Tells the palette of an editor's deeds, until what it answers is called; `isSeen` while it is the editor that shows the text. */
export function tellDeeds(view: EditorView, all: Named, isSeen: () => boolean): () => void {
  const deeds: Deeds = {
    offers: (name) => {
      if (WITHOUT_TEXT.includes(name)) return true;
      if (name === "link-here" && linkHere(view.state) === null) return false;
      return isSeen() && (!view.state.readOnly || IN_TEXT.includes(name));
    },
    run(name) {
      if (!isDeed(name, all)) return false;
      if (!WITHOUT_TEXT.includes(name)) view.focus();
      all[name](view);
      return true;
    },
  };
  setDeeds(deeds);
  return () => dropDeeds(deeds);
}

function isDeed(name: string, all: Named): name is EditorCommand {
  return name in all;
}

function done(deed: (view: EditorView) => void): Command {
  return (view) => (deed(view), true);
}
