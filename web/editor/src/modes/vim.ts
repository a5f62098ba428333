// Vim's keys, from a library. Undo is the replica's, as everywhere: the library's own would ask a history that is not there. A line below the text
// says which mode one is in, and how to get out.

import { EditorState, type Extension, Facet } from "@codemirror/state";
import { EditorView, type Panel, showPanel } from "@codemirror/view";
import { type CodeMirror, getCM, Vim, vim } from "@replit/codemirror-vim";
import catalogue from "../../../locale/modes.en.ftl";
import { choose } from "../choices.ts";
import { make } from "../dom.ts";
import type { Around } from "../modes.ts";
import { sentences } from "../words.ts";

const say = sentences(catalogue);

const MODES: Readonly<Record<string, string>> = {
  normal: "vim-normal",
  insert: "vim-insert",
  replace: "vim-replace",
  visual: "vim-visual",
  "visual line": "vim-visual-line",
  "visual block": "vim-visual-block",
};

/** The library has one set of commands for all editors; each finds its own replica by this. */
const steps = Facet.define<Around, Around | undefined>({ combine: ([around]) => around });

let isTaught = false;

export function vimKeys(around: Around): Extension {
  if (!isTaught) teach();
  isTaught = true;
  return [
    steps.of(around),
    vim(),
    // Blocks are as many selections as they have lines.
    EditorState.allowMultipleSelections.of(true),
    showPanel.of(statusLine),
    looks,
  ];
}

function teach(): void {
  const times = (what: "undo" | "redo") => (cm: CodeMirror, { repeat = 1 }: { repeat?: number } = {}) => {
    const view = cm.cm6;
    for (let left = repeat; left > 0; left -= 1) view.state.facet(steps)?.[what]();
    // The replica selects again what was selected, which here would be a mode of its own.
    const { main } = view.state.selection;
    if (!main.empty) view.dispatch({ selection: { anchor: main.from } });
  };
  Vim.defineAction("undo", times("undo"));
  Vim.defineAction("redo", times("redo"));
  Vim.defineEx("undo", "u", (cm) => times("undo")(cm));
  Vim.defineEx("redo", "red", (cm) => times("redo")(cm));
  for (const [name, short] of [["write", "w"], ["wq", "wq"], ["xit", "x"], ["wall", "wa"]] as const) Vim.defineEx(name, short, (cm) => answer(cm.cm6, say("vim-write")));
  for (const [name, short] of [["quit", "q"], ["qall", "qa"]] as const) Vim.defineEx(name, short, (cm) => answer(cm.cm6, say("vim-leave")));
}

const answers = new WeakMap<EditorView, (words: string) => void>();

function answer(view: EditorView, words: string): void {
  answers.get(view)?.(words);
}

function statusLine(view: EditorView): Panel {
  const cm = getCM(view);
  const mode = make("strong", {});
  const told = make("span", { className: "vim-told" });
  const pending = make("span", { className: "vim-pending", ariaHidden: "true" });
  const off = make("button", { className: "button-link", type: "button", onclick: () => (choose("keys", "standard"), view.focus()) }, say("vim-off"));
  const dom = make("div", { className: "vim-line" }, make("span", { role: "status" }, mode, " ", told), pending, off);
  dom.dataset["testid"] = "vim-line";
  const tellMode = (name: string) => {
    mode.textContent = say(MODES[name] ?? "vim-normal");
    told.textContent = name === "normal" ? say("vim-leave") : "";
  };
  const changed = ({ mode: name, subMode }: { mode: string; subMode?: string }) => {
    tellMode(subMode === undefined || subMode === "" ? name : `${name} ${subMode === "linewise" ? "line" : "block"}`);
    view.state.facet(steps)?.endStep();
  };
  const typed = () => (pending.textContent = cm?.state.vim?.status ?? "");
  const done = () => {
    typed();
    // A command is taken back as one, and so is all that is written in one go.
    view.state.facet(steps)?.endStep();
  };
  const all = { "vim-mode-change": changed, "vim-keypress": typed, "vim-command-done": done };
  for (const [event, heard] of Object.entries(all)) cm?.on(event, heard);
  answers.set(view, (words) => (told.textContent = words));
  tellMode("normal");
  return {
    dom,
    destroy() {
      for (const [event, heard] of Object.entries(all)) cm?.off(event, heard);
      answers.delete(view);
    },
  };
}

const looks = EditorView.theme({
  ".vim-line": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "baseline",
    gap: "0 var(--space-3)",
    boxSizing: "border-box",
    maxWidth: "calc(var(--measure) + 2 * var(--editor-margin))",
    margin: "0 auto",
    padding: "var(--space-1) var(--editor-margin)",
    borderTop: "var(--hairline)",
    color: "var(--ink-soft)",
    fontSize: "var(--text-xs)",
  },
  ".vim-line strong": { color: "var(--ink)", fontWeight: "var(--weight-strong)" },
  ".vim-pending": { marginInlineStart: "auto", fontFamily: "var(--face-mono)" },
  ".cm-vim-panel.cm-vim-panel": { padding: "var(--space-1) var(--editor-margin)", fontFamily: "var(--face-mono)", fontSize: "var(--text-s)" },
  ".cm-vim-panel.cm-vim-panel input": { flex: "1", color: "var(--ink)", backgroundColor: "transparent", outline: "none" },
  ".cm-vimCursorLayer.cm-vimCursorLayer .cm-fat-cursor": { background: "color-mix(in oklch, var(--accent) 38%, transparent)" },
  "&:not(.cm-focused) .cm-vimCursorLayer.cm-vimCursorLayer .cm-fat-cursor": { background: "none", outline: "1px solid var(--accent)" },
});
