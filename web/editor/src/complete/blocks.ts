// Blocks, by `/` at the start of a line.

import { type Completion, type CompletionContext, type CompletionResult, pickedCompletion } from "./library.ts";
import type { EditorView } from "@codemirror/view";
import { type Format, format, goOn } from "../format.ts";
import { opaqueAround } from "../format/syntax.ts";
import { OUTLINES } from "../toolbar/outlines.ts";
import { say } from "../toolbar/words.ts";

/** With other words by which they are found. */
const BLOCKS: readonly (readonly [Format, string, string])[] = [
  ["heading1", say("heading1"), "h1 title"],
  ["heading2", say("heading2"), "h2"],
  ["heading3", say("heading3"), "h3"],
  ["bullets", say("bullets"), "ul list unordered"],
  ["numbers", say("numbers"), "ol list ordered"],
  ["task", say("task"), "todo checkbox tick"],
  ["quote", say("quote"), "quote blockquote"],
  ["codeblock", say("codeblock"), "code pre fence"],
  ["table", say("table"), "grid"],
  ["formula", say("formula"), "maths math equation latex tex katex"],
  ["diagram", say("diagram"), "mermaid flowchart chart graph"],
  ["rule", say("rule"), "line hr divider"],
  ["image", say("image"), "image img photo"],
  ["link", say("link"), "url web"],
];

const AT_START = /^[ \t]*(?:> ?)*\/([\p{L}\d]*)$/u;

export function blockSource(context: CompletionContext): CompletionResult | null {
  const { state, pos } = context;
  const line = state.doc.lineAt(pos);
  const [typed, query] = AT_START.exec(state.sliceDoc(line.from, pos)) ?? [];
  if (typed === undefined || query === undefined || opaqueAround(state, pos) !== null) return null;
  const from = pos - query.length;
  return { from, filter: false, options: BLOCKS.filter(([, label, others]) => fits(query, `${label} ${others}`)).map(option), update: blockUpdate };
}

function blockUpdate(_current: CompletionResult, _from: number, _to: number, context: CompletionContext): CompletionResult | null {
  return blockSource(context);
}

/** Words are found by how they begin. */
function fits(query: string, words: string): boolean {
  const wanted = query.toLocaleLowerCase();
  return words.toLocaleLowerCase().split(" ").some((word) => word.startsWith(wanted)) || words.toLocaleLowerCase().replaceAll(" ", "").includes(wanted);
}

function option([kind, label]: readonly [Format, string, string]): Completion {
  return { label, type: kind, apply: (view, completion, from, to) => put(view, completion, kind, from - 1, to) };
}

/** The sign and what was typed behind it go, and the block comes: one change, so that one undo takes it back. */
function put(view: EditorView, completion: Completion, kind: Format, from: number, to: number): void {
  const without = view.state.update({ changes: { from, to }, selection: { anchor: from } });
  const spec = format(without.state, kind);
  const last = spec === null ? without : without.state.update(spec);
  view.dispatch({
    changes: spec === null ? without.changes : without.changes.compose(last.changes),
    selection: last.state.selection,
    scrollIntoView: true,
    userEvent: "input.complete",
    annotations: pickedCompletion.of(completion),
  });
  if (spec !== null) goOn(view, kind);
}

/** The picture beside a block's name. */
export function outlineOf({ type }: Completion): string | null {
  return type !== undefined && type in OUTLINES ? OUTLINES[type as keyof typeof OUTLINES] : null;
}
