// How long the text is, at the end of the bar: of what is selected, too.

import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { make } from "../dom.ts";
import { say } from "../toolbar/words.ts";
import { type Count, counting } from "./text.ts";
import { Idle } from "./idle.ts";

const numbers = new Intl.NumberFormat();
const plural = new Intl.PluralRules();

export class Shown {
  readonly element = make("span", { className: "format-count" });
  private readonly idle = new Idle();

  constructor(private readonly view: EditorView) {
    this.element.dataset["testid"] = "word-count";
    this.tell();
  }

  /** Counts what changed, when there is time. */
  tell(): void {
    this.idle.run(() => counts(this.view.state), ([all, selected]) => this.show(all, selected));
  }

  destroy(): void {
    this.idle.stop();
  }

  private show(all: Count, selected: Count | null): void {
    const words = sentence("words", all.words);
    const characters = sentence("characters", all.characters);
    this.element.textContent = selected === null ? words : say("count-of", { part: numbers.format(selected.words), whole: words });
    this.element.title = selected === null ? characters : say("count-of", { part: numbers.format(selected.characters), whole: characters });
  }
}

function* counts({ doc, selection: { main } }: EditorState): Generator<undefined, [Count, Count | null]> {
  const all = yield* counting(doc);
  return [all, main.empty ? null : yield* counting(doc.slice(main.from, main.to))];
}

function sentence(what: "words" | "characters", count: number): string {
  const values = { count: numbers.format(count) };
  const isOne = plural.select(count) === "one";
  if (what === "words") return isOne ? say("words-one", values) : say("words", values);
  return isOne ? say("characters-one", values) : say("characters", values);
}
