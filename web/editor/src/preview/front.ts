// Front matter: what a text says about itself before it begins, drawn as a small table of names and values.

import { EditorSelection, type EditorState } from "@codemirror/state";
import { type EditorView, WidgetType } from "@codemirror/view";
import { say } from "./words.ts";

/** Front matter of more lines is read as text. */
const LINES_MAX = 100;

const FENCE = /^---[ \t]*$/;
const END = /^(---|\.\.\.)[ \t]*$/;
const FIELD = /^([^\s:#][^:]*):[ \t]*(.*)$/;

const LINE_PX = 28;

/** Where the front matter ends; none when the text has none. */
export function frontMatterEnd(state: EditorState): number | null {
  const { doc } = state;
  if (doc.sliceString(0, 3) !== "---" || !FENCE.test(doc.line(1).text)) return null;
  const last = Math.min(doc.lines, LINES_MAX);
  for (let number = 2; number <= last; number++) {
    const line = doc.line(number);
    // An empty line or a word between two rules is text, and no name with a value.
    if (END.test(line.text)) return number > 2 && FIELD.test(doc.line(2).text) ? line.to : null;
  }
  return null;
}

/** Names with their values, as far as they stand in lines of their own; what is further in belongs to the value above. */
export function readFrontMatter(text: string): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (const line of text.split("\n").slice(1, -1)) {
    const found = FIELD.exec(line);
    if (found !== null) fields.push([found[1]!.trim(), unquoted(found[2]!.trim())]);
    else if (line.trim() !== "" && fields.length > 0) fields.at(-1)![1] += `${fields.at(-1)![1] === "" ? "" : ", "}${unquoted(line.trim().replace(/^-\s+/, ""))}`;
  }
  return fields;
}

function unquoted(value: string): string {
  const list = /^\[(.*)\]$/.exec(value);
  if (list !== null) return list[1]!.split(",").map((one) => unquoted(one.trim())).join(", ");
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}

export class FrontMatter extends WidgetType {
  constructor(readonly text: string) {
    super();
  }

  override eq(other: FrontMatter): boolean {
    return other.text === this.text;
  }

  override get estimatedHeight(): number {
    return readFrontMatter(this.text).length * LINE_PX;
  }

  override toDOM(view: EditorView): HTMLElement {
    const dom = document.createElement("div");
    dom.className = "md-front";
    const list = document.createElement("dl");
    list.setAttribute("aria-label", say("front-matter"));
    for (const [name, value] of readFrontMatter(this.text)) {
      const [term, told] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      told.textContent = value;
      list.append(term, told);
    }
    const source = document.createElement("button");
    source.type = "button";
    source.className = "md-table-tool";
    source.textContent = say("table-source");
    source.addEventListener("click", () => {
      view.dispatch({ selection: EditorSelection.cursor(view.posAtDOM(dom) + 4), scrollIntoView: true });
      view.focus();
    });
    dom.append(list, source);
    return dom;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
