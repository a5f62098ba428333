// What is told of a search: which match the selection is and of how many, that there is none, or what is wrong with the pattern.

import { getSearchQuery } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { Idle } from "../count/idle.ts";
import { make } from "../dom.ts";
import { say } from "../toolbar/words.ts";
import { counting, faultOf, type Found, placeOf } from "./count.ts";

/** The count follows a text that changes so often, milliseconds: no key waits for it. */
const PACE_MS = 300;

/** The count waits no longer for a moment in which nothing else is to be done, milliseconds. */
const WAIT_MS_MAX = 50;

/** What was told before goes when nothing new is known for so long, milliseconds; sooner, every key would make it flicker. */
const OLD_MS_MAX = 1_000;

const numbers = new Intl.NumberFormat();
const plural = new Intl.PluralRules();

export class Told {
  readonly element = make("span", { className: "find-count", role: "status" });
  private readonly idle = new Idle(WAIT_MS_MAX);
  private found: Found | null = null;
  private pace: ReturnType<typeof setTimeout> | undefined;
  private old: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly view: EditorView) {
    this.element.dataset["testid"] = "find-count";
  }

  /** Something else is looked for. */
  count(): void {
    this.forget();
    clearTimeout(this.pace);
    this.pace = undefined;
    const query = getSearchQuery(this.view.state);
    if (!query.valid) {
      this.settle(query.search === "" ? "" : say("find-invalid", { reason: faultOf(query.search) }));
      return;
    }
    this.idle.run(
      () => counting(query, this.view.state),
      (found) => {
        this.found = found;
        this.tell();
      },
    );
  }

  /** The text is another one. */
  changed(): void {
    if (!getSearchQuery(this.view.state).valid) return;
    this.forget();
    this.pace ??= setTimeout(() => this.count(), PACE_MS);
  }

  /** The selection may be another match. */
  tell(): void {
    if (this.found !== null) this.settle(sentence(this.found, placeOf(this.found, this.view.state.selection.main)));
  }

  destroy(): void {
    this.idle.stop();
    clearTimeout(this.pace);
    clearTimeout(this.old);
  }

  private forget(): void {
    this.idle.stop();
    this.found = null;
    this.old ??= setTimeout(() => this.settle(""), OLD_MS_MAX);
  }

  private settle(words: string): void {
    clearTimeout(this.old);
    this.old = undefined;
    // What is the same is not to be read aloud again.
    if (this.element.textContent !== words) this.element.textContent = this.element.title = words;
  }
}

function sentence({ matches: { length }, isMore }: Found, place: number): string {
  if (length === 0) return say("find-none");
  const count = isMore ? say("find-more", { count: numbers.format(length) }) : numbers.format(length);
  if (place > 0) return say("find-at", { place: numbers.format(place), count });
  return plural.select(length) === "one" ? say("find-one", { count }) : say("find-many", { count });
}
