// Front matter, drawn as a small table of names and values.

import { EditorSelection } from "@codemirror/state";
import { type EditorView, WidgetType } from "@codemirror/view";
import { readFrontMatter } from "../front.ts";
import { say } from "./words.ts";

const LINE_PX = 28;

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
