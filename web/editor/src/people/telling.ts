// Tells those who do not see the carets of others what happens where they are, politely: not while they look elsewhere, and not with every key.

import type { ChangeDesc, Text } from "@codemirror/state";
import { make } from "../dom.ts";
import type { Caret } from "../people.ts";
import { Edits } from "./paragraph.ts";
import { joined, say } from "./words.ts";

/** What several people do within so long is told in one sentence, milliseconds. */
const GATHER_MS = 1_000;

/** Two sentences are so far apart, milliseconds. */
const PAUSE_MS = 6_000;

export class Telling {
  readonly element = make("p", { className: "visually-hidden" });
  readonly #edits = new Edits();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = Number.NEGATIVE_INFINITY;

  constructor() {
    this.element.ariaLive = "polite";
    this.element.dataset["testid"] = "people-told";
  }

  say(sentence: string): void {
    this.element.replaceChildren(sentence);
  }

  /** Others have changed the text. `head` is one's own caret, in the text before. */
  edited(change: { before: Text; after: Text; changes: ChangeDesc }, head: number): void {
    this.#edits.note(change, head);
    if (this.#edits.isNone || this.#timer !== undefined) return;
    const wait = Math.max(GATHER_MS, this.#told + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => this.#tell(), wait);
  }

  /** The text has changed otherwise. */
  moved(changes: ChangeDesc): void {
    this.#edits.move(changes);
  }

  see(carets: readonly Caret[]): void {
    this.#edits.see(carets);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.element.remove();
  }

  #tell(): void {
    this.#timer = undefined;
    const names = this.#edits.take();
    if (document.hidden) return;
    this.#told = performance.now();
    this.say(names.length === 0 ? say("edited-here-unknown") : say("edited-here", { names: joined(names) }));
  }
}
