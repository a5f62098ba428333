// Every command there is, and its keys. The palette, the list of keys, the editor's keys and COMMANDS.md are made of this, so none of them can
// say something else than the others.

import { TAB_KEYS } from "./tab.ts";

export interface Listed {
  /** What it is asked for by, and its name in the catalogue. */
  readonly name: string;
  /** In the notation of CodeMirror. */
  readonly keys?: readonly string[];
  /** On Apple's keyboards, where these are others. */
  readonly mac?: readonly string[];
}

/** Of the tab. */
export const TAB = [
  { name: "palette", keys: [TAB_KEYS.palette] },
  { name: "shortcuts", keys: [TAB_KEYS.shortcuts] },
  { name: "home" },
  { name: "new-document" },
  { name: "new-room" },
  { name: "toggle-talk", keys: [TAB_KEYS["toggle-talk"]] },
  { name: "tray" },
  { name: "settings" },
  { name: "sign-out" },
] as const satisfies readonly Listed[];

/** How a document is shown. */
export const FACES = [
  { name: "turn-face", keys: [TAB_KEYS["turn-face"]] },
  { name: "face-write" },
  { name: "face-source" },
  { name: "face-read" },
  { name: "face-plain" },
] as const satisfies readonly Listed[];

/** Of the reader's choices. */
export const LOOKS = [
  { name: "theme-system" },
  { name: "theme-light" },
  { name: "theme-dark" },
  { name: "text-face-standard" },
  { name: "text-face-sans" },
  { name: "text-face-serif" },
  { name: "text-face-mono" },
  { name: "width-narrow" },
  { name: "width-normal" },
  { name: "width-wide" },
  { name: "width-full" },
  { name: "text-smaller" },
  { name: "text-larger" },
  { name: "text-size-normal" },
  { name: "keys-vim" },
  { name: "keys-standard" },
] as const satisfies readonly Listed[];

/** Of the reader's choices too, but of no use where no document is. */
export const MODES = [
  { name: "focus", keys: [TAB_KEYS.focus] },
  { name: "focus-sentence" },
  { name: "typewriter" },
] as const satisfies readonly Listed[];

/** Of the editor: what they change is how the text is set. */
export const FORMATS = [
  { name: "bold", keys: ["Mod-b"] },
  { name: "italic", keys: ["Mod-i"] },
  { name: "strike", keys: ["Mod-Shift-x"] },
  { name: "code", keys: ["Mod-e"] },
  { name: "link", keys: ["Mod-k"] },
  { name: "heading1", keys: ["Mod-Alt-1"] },
  { name: "heading2", keys: ["Mod-Alt-2"] },
  { name: "heading3", keys: ["Mod-Alt-3"] },
  { name: "numbers", keys: ["Mod-Shift-7"] },
  { name: "bullets", keys: ["Mod-Shift-8"] },
  { name: "task", keys: ["Mod-Shift-9"] },
  { name: "quote", keys: ["Mod-Shift-."] },
  { name: "codeblock" },
  { name: "table" },
  { name: "formula" },
  { name: "diagram" },
  { name: "rule" },
  { name: "image" },
  { name: "file" },
] as const satisfies readonly Listed[];

/** Of the editor: getting around, and the rest of writing. */
export const EDITING = [
  { name: "undo", keys: ["Mod-z"] },
  { name: "redo", keys: ["Mod-Shift-z", "Mod-y"] },
  { name: "find", keys: ["Mod-f"] },
  { name: "find-next", keys: ["Mod-g", "F3"] },
  { name: "find-previous", keys: ["Mod-Shift-g", "Shift-F3"] },
  { name: "line", keys: ["Mod-Alt-g"] },
  { name: "outline", keys: ["Mod-Shift-o"] },
  { name: "next-person", keys: ["Mod-Alt-p"] },
  { name: "link-here", keys: ["Alt-Enter"] },
  { name: "fold-here", keys: ["Mod-Shift-["], mac: ["Mod-Alt-["] },
  { name: "unfold-here", keys: ["Mod-Shift-]"], mac: ["Mod-Alt-]"] },
  // Without the keys that CodeMirror has for them: on many keyboards those type brackets.
  { name: "fold-all" },
  { name: "unfold-all" },
  { name: "move-block-up", keys: ["Alt-ArrowUp"] },
  { name: "move-block-down", keys: ["Alt-ArrowDown"] },
  { name: "copy-line-up", keys: ["Shift-Alt-ArrowUp"] },
  { name: "copy-line-down", keys: ["Shift-Alt-ArrowDown"] },
  { name: "delete-line", keys: ["Mod-Shift-k"] },
  { name: "bar", keys: ["Alt-F10"] },
  { name: "toggle-bar" },
] as const satisfies readonly Listed[];

/** Of the document as a whole. */
export const DOCUMENT = [{ name: "export-markdown" }, { name: "export-html" }, { name: "print" }] as const satisfies readonly Listed[];

/** Names of all that the editor does. */
export const EDITOR: ReadonlySet<string> = new Set([...FORMATS, ...EDITING, ...DOCUMENT].map(({ name }) => name));

export type EditorCommand = (typeof FORMATS | typeof EDITING | typeof DOCUMENT)[number]["name"];

/** Keys that do what depends on where one is: they are no commands. */
const LEAVING = [{ name: "key-escape", keys: ["Escape"] }] as const satisfies readonly Listed[];

const WRITING = [
  { name: "key-blocks", keys: ["/"] },
  { name: "key-people", keys: ["@"] },
  { name: "key-documents", keys: ["[["] },
  { name: "key-emoji", keys: [":"] },
  { name: "key-indent", keys: ["Tab"] },
  { name: "key-leave-text", keys: ["Escape Tab"] },
] as const satisfies readonly Listed[];

const TREE = [
  { name: "key-tree-up", keys: ["Alt-ArrowUp"] },
  { name: "key-tree-down", keys: ["Alt-ArrowDown"] },
  { name: "key-tree-in", keys: ["Alt-ArrowRight"] },
  { name: "key-tree-out", keys: ["Alt-ArrowLeft"] },
  { name: "key-tree-hide", keys: ["ArrowLeft"] },
  { name: "key-tree-show", keys: ["ArrowRight"] },
] as const satisfies readonly Listed[];

const TALK = [
  { name: "key-send", keys: ["Enter"] },
  { name: "key-newline", keys: ["Shift-Enter"] },
] as const satisfies readonly Listed[];

/** What the palette offers, in its order: all but itself. */
export const COMMANDS: readonly Listed[] = [...TAB.slice(1), ...FACES, ...MODES, ...LOOKS, ...EDITING, ...FORMATS, ...DOCUMENT];

/** All that has keys or can be asked for, by where it works: the name of the part in the catalogue. */
export const PARTS: readonly (readonly [string, readonly Listed[]])[] = [
  ["part-everywhere", [...TAB, ...LEAVING]],
  ["part-view", [...FACES, ...MODES, ...LOOKS]],
  ["part-editing", [...EDITING, ...WRITING]],
  ["part-formats", FORMATS],
  ["part-document", DOCUMENT],
  ["part-tree", TREE],
  ["part-talk", TALK],
];

/** The keys of a command of the editor, the usual one first. */
export function keysOf(name: EditorCommand, apple: boolean): readonly string[] {
  const found: Listed | undefined = [...EDITING, ...FORMATS].find((one) => one.name === name);
  return (apple ? found?.mac : undefined) ?? found?.keys ?? [];
}
