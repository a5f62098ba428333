// Keeping somebody's caret in view, until the person writes, scrolls or says that it is enough. Who is followed is told over the text.

import { make } from "../dom.ts";
import type { Caret } from "../people.ts";
import { motion, type Sight } from "./sight.ts";
import { say } from "./words.ts";

/** A caret nearer to the edge than this part of the height is brought into the middle. */
const INSET = 0.2;

/** Keys that scroll, or that move one's own caret out of view. */
const SCROLLS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]);

/** What follows from following. */
export interface Followed {
  sight(): Sight;
  carets(): readonly Caret[];
  /** Whom now; nobody when there is no peer. */
  told(peer: number | undefined): void;
  say(sentence: string): void;
}

export class Following {
  readonly element = make("div", { className: "people-following", hidden: true });
  readonly #words = make("span", {});
  readonly #stop = make("button", { type: "button", className: "people-stop", onclick: () => this.stop() }, say("follow-stop"));
  #whom: Pick<Caret, "peer" | "name" | "colour"> | undefined;
  #hands: AbortController | undefined;

  constructor(
    private readonly around: HTMLElement,
    private readonly then: Followed,
  ) {
    this.element.dataset["testid"] = "people-following";
    this.element.append(this.#words, this.#stop);
    this.#stop.onmousedown = (event) => event.preventDefault();
  }

  get isOn(): boolean {
    return this.#whom !== undefined;
  }

  start(peer: number): void {
    const caret = this.then.carets().find((one) => one.peer === peer);
    if (caret === undefined) return;
    this.#end();
    this.#whom = caret;
    this.#listen();
    this.then.told(peer);
    this.then.say(say("following", { name: caret.name }));
    this.moved();
  }

  /** Says so, too. */
  stop(): void {
    const whom = this.#whom;
    if (whom === undefined) return;
    this.#end();
    this.then.told(undefined);
    this.then.say(say("follow-ended", { name: whom.name }));
  }

  /** Somebody moved, came or went, or the text did. */
  moved(): void {
    const whom = this.#whom;
    if (whom === undefined) return;
    const carets = this.then.carets();
    // After a break of their line they are somebody else to the server, under the same name.
    const caret = carets.find(({ peer }) => peer === whom.peer) ?? carets.find(({ name, colour }) => name === whom.name && colour === whom.colour);
    this.#show(whom, caret === undefined);
    if (caret === undefined) return;
    if (caret.peer !== whom.peer) this.then.told(caret.peer);
    this.#whom = caret;
    this.#reveal(caret.head, motion());
  }

  destroy(): void {
    this.#end();
    this.element.remove();
  }

  #reveal(head: number, behavior: ScrollBehavior): void {
    const sight = this.then.sight();
    const range = sight.range(INSET);
    if (range !== null && (head < range.from || head > range.to)) sight.reveal(head, behavior);
  }

  #show(whom: Pick<Caret, "name" | "colour">, isAway: boolean): void {
    const words = say(isAway ? "following-away" : "following", { name: whom.name });
    this.element.hidden = false;
    this.element.className = `people-following ${whom.colour}`;
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#stop.ariaLabel = this.#stop.title = say("follow-stop-key", { name: whom.name });
  }

  #end(): void {
    this.#hands?.abort();
    this.#whom = undefined;
    this.element.hidden = true;
  }

  /** What a hand does ends it; what the page scrolls by itself does not. */
  #listen(): void {
    this.#hands = new AbortController();
    const { signal } = this.#hands;
    const stop = () => this.stop();
    const on = { signal, capture: true, passive: true };
    for (const name of ["wheel", "touchmove"]) this.around.addEventListener(name, stop, on);
    this.around.addEventListener("pointerdown", ({ target }) => target === this.then.sight().scroller && stop(), on);
    this.around.addEventListener("keydown", ({ key }) => SCROLLS.has(key) && stop(), on);
    window.addEventListener("keydown", ({ key }) => key === "Escape" && stop(), on);
    // Heights that are only known when they are drawn may have led it astray.
    const landed = () => {
      const caret = this.then.carets().find(({ peer }) => peer === this.#whom?.peer);
      if (caret !== undefined) this.#reveal(caret.head, "auto");
    };
    this.around.addEventListener("scrollend", landed, on);
  }
}
