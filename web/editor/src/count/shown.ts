// How long the text is, at the end of the bar: of what is selected, too.

import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { make } from "../dom.ts";
import { say } from "../toolbar/words.ts";
import { type Count, counting } from "./text.ts";
import { Idle } from "./idle.ts";

/** The count follows a text that changes so often, milliseconds: with each key, the bar would be drawn anew and the next key would wait for it. */
const PACE_MS = 300;

const numbers = new Intl.NumberFormat();
const plural = new Intl.PluralRules();

export class Shown {
  readonly element = make("span", { className: "format-count" });
  private readonly idle = new Idle();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly view: EditorView) {
    this.element.dataset["testid"] = "word-count";
    this.count();
  }

  /** Something changed that is counted. */
  tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.count();
    }, PACE_MS);
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.idle.stop();
  }

  /** When there is time. */
  private count(): void {
    this.idle.run(() => counts(this.view.state), ([all, selected]) => this.show(all, selected));
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
