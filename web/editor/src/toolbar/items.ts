// What can be pressed, in the order of the bar.

import { gotoLine, openSearchPanel } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { type EditorCommand, keysOf } from "../commands/list.ts";
import { foldHere } from "../fold.ts";
import { applyFormat, type Format } from "../format.ts";
import { show as showOutline } from "../outline.ts";
import { isApple } from "./keys.ts";
import { OUTLINES } from "./outlines.ts";
import { say } from "./words.ts";

export interface Item {
  name: string;
  label: string;
  outline: string;
  /** In the notation of CodeMirror. */
  key?: string;
  /** Whether it shows that it is on where the caret is. */
  toggles: boolean;
  run(view: EditorView): void;
}

/** What the bar asks of its editor. */
export interface Deeds {
  undo(): void;
  redo(): void;
  /** Lets the person pick files for the text. */
  file(view: EditorView): void;
  hide(view: EditorView): void;
}

/** In groups, between which is a line. */
export function items(deeds: Deeds): Item[][] {
  return [
    [plain("undo", say("undo"), "undo", deeds.undo), plain("redo", say("redo"), "redo", deeds.redo)],
    [format("heading", say("heading"))],
    // What is wanted most comes first: a phone has room for no more.
    [format("bold", say("bold")), format("italic", say("italic"))],
    [format("bullets", say("bullets")), format("task", say("task")), format("numbers", say("numbers"))],
    [format("strike", say("strike")), format("code", say("code")), format("quote", say("quote"))],
    [format("link", say("link")), format("image", say("image")), plain("file", say("file"), undefined, deeds.file), format("table", say("table")), format("codeblock", say("codeblock")), format("rule", say("rule"))],
  ];
}

/** The levels of headings, in the menu that the button for them opens. */
export function headings(): Item[] {
  return [format("heading1", say("heading1")), format("heading2", say("heading2")), format("heading3", say("heading3"))];
}

/** Always in the menu at the end. */
export function extras(deeds: Deeds): Item[] {
  return [
    plain("outline", say("outline"), "outline", showOutline),
    plain("fold", say("fold-here"), "fold-here", foldHere),
    plain("line", say("line"), "line", gotoLine),
    plain("find", say("find"), "find", openSearchPanel),
    plain("hide", say("hide"), undefined, deeds.hide),
  ];
}

function format(name: Format, label: string): Item {
  const key = name === "heading" ? undefined : keyOf(name);
  const toggles = !["image", "table", "rule"].includes(name);
  return { name, label, outline: OUTLINES[name], toggles, run: (view) => void applyFormat(view, name), ...(key === undefined ? {} : { key }) };
}

function plain(name: keyof typeof OUTLINES, label: string, command: EditorCommand | undefined, run: (view: EditorView) => unknown): Item {
  const key = command === undefined ? undefined : keyOf(command);
  return { name, label, outline: OUTLINES[name], toggles: false, run: (view) => void run(view), ...(key === undefined ? {} : { key }) };
}

function keyOf(command: EditorCommand): string | undefined {
  return keysOf(command, isApple)[0];
}
