// Marking up what is selected, as keys and as buttons.

import { type ChangeSpec, EditorSelection, type EditorState, type SelectionRange, type TransactionSpec } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";

const WRAPS = { bold: "**", italic: "*", code: "`" } as const;
const PREFIXES = { list: "- ", task: "- [ ] ", quote: "> " } as const;

export type Format = keyof typeof WRAPS | keyof typeof PREFIXES | "heading" | "link";

const LINE_MARK = /^(\s*)(?:#{1,6} |- \[[ xX]\] |[-*+] |> )?/;

export function isFormat(kind: string): kind is Format {
  return kind in WRAPS || kind in PREFIXES || kind === "heading" || kind === "link";
}

/** Carries it out in an editor that may be changed. */
export function applyFormat(view: EditorView, kind: Format): boolean {
  if (view.state.readOnly) return false;
  view.dispatch(view.state.update(format(view.state, kind), { scrollIntoView: true, userEvent: "input.format" }));
  return true;
}

export const formatKeymap: readonly KeyBinding[] = [
  { key: "Mod-b", run: (view) => applyFormat(view, "bold"), preventDefault: true },
  { key: "Mod-i", run: (view) => applyFormat(view, "italic"), preventDefault: true },
  { key: "Mod-e", run: (view) => applyFormat(view, "code"), preventDefault: true },
];

/** The transaction that marks up the selection, or takes the mark away where it is already. */
export function format(state: EditorState, kind: Format): TransactionSpec {
  if (kind === "link") return state.changeByRange((range) => link(state, range));
  if (kind === "bold" || kind === "italic" || kind === "code") {
    return state.changeByRange((range) => wrap(state, range, WRAPS[kind]));
  }
  const changes = state.changes(lines(state, kind));
  // A caret at the start of its line goes on behind the mark.
  return { changes, selection: state.selection.map(changes, 1) };
}

function wrap(state: EditorState, range: SelectionRange, mark: string): { range: SelectionRange; changes: ChangeSpec } {
  const { from, to } = range;
  const size = mark.length;
  const isWrapped =
    from >= size &&
    state.sliceDoc(from - size, from) === mark &&
    state.sliceDoc(to, to + size) === mark &&
    // One star beside another is half of a stronger mark.
    (mark !== "*" || state.sliceDoc(from - 2, from - 1) !== "*");
  if (isWrapped) {
    return {
      changes: [
        { from: from - size, to: from },
        { from: to, to: to + size },
      ],
      range: EditorSelection.range(from - size, to - size),
    };
  }
  return {
    changes: [
      { from, insert: mark },
      { from: to, insert: mark },
    ],
    range: EditorSelection.range(from + size, to + size),
  };
}

function link(state: EditorState, range: SelectionRange): { range: SelectionRange; changes: ChangeSpec } {
  const text = state.sliceDoc(range.from, range.to);
  const insert = `[${text}]()`;
  // Into the empty part: the text when there is none, else the address.
  const at = text === "" ? range.from + 1 : range.from + insert.length - 1;
  return { changes: { from: range.from, to: range.to, insert }, range: EditorSelection.cursor(at) };
}

function lines(state: EditorState, kind: Exclude<Format, keyof typeof WRAPS | "link">): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  const done = new Set<number>();
  for (const range of state.selection.ranges) {
    const last = state.doc.lineAt(range.to).number;
    for (let number = state.doc.lineAt(range.from).number; number <= last; number++) {
      if (done.has(number)) continue;
      done.add(number);
      const line = state.doc.line(number);
      const found = LINE_MARK.exec(line.text);
      const indent = found?.[1] ?? "";
      const before = (found?.[0] ?? "").slice(indent.length);
      const insert = kind === "heading" ? nextHeading(before) : before === PREFIXES[kind] ? "" : PREFIXES[kind];
      const from = line.from + indent.length;
      changes.push({ from, to: from + before.length, insert });
    }
  }
  return changes;
}

/** None, first, second, third, none. */
function nextHeading(before: string): string {
  const level = /^#+ $/.test(before) ? before.length - 1 : 0;
  return level >= 3 ? "" : `${"#".repeat(level + 1)} `;
}
