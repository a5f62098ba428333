// The face of a document that is read: a page of what its text means, in place of the editor, which stays behind it and holds the text.

import type { ChangeDesc } from "@codemirror/state";
import type { Box, Sight } from "./people/sight.ts";
import type { Packed } from "./prose/unpack.ts";
import { Page } from "./read/page.ts";
import { layPaper } from "./read/print.ts";

/** A change of others is on the page so much later at the earliest, milliseconds. */
const QUIET_MS = 200;

/** Reading takes at most this part of the time. */
const SHARE = 10;

export class ReadFace implements Sight {
  readonly #page: Page;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #took = 0;
  /** What has changed since the page was made. */
  #moved: ChangeDesc | undefined;
  /** Who prints what they read by the browser's own keys gets the page alone, too. */
  readonly #print = () => layPaper(this.read(this.text()), document.title);

  constructor(
    after: Element,
    label: string,
    private readonly read: (source: string) => Packed,
    private readonly text: () => string,
    laid: () => void,
  ) {
    this.#page = new Page(label, laid);
    after.after(this.#page.element);
    window.addEventListener("beforeprint", this.#print);
    this.#show();
  }

  /** The place in the source of what is at the top. */
  top(): number {
    return this.#page.top();
  }

  /** Brings a place to the top. */
  begin(offset: number): void {
    this.#page.reveal(offset);
  }

  get scroller(): HTMLElement {
    return this.#page.element;
  }

  range(inset: number): { from: number; to: number } {
    return this.#page.range(inset);
  }

  beside(offset: number): Box | null {
    return this.#page.beside(offset);
  }

  get layer(): HTMLElement {
    return this.#page.layer;
  }

  reveal(offset: number, behavior: ScrollBehavior): void {
    this.#page.centre(offset, behavior);
  }

  /** Goes to what the address names within the page, if it names something. */
  goToNamed(): boolean {
    const name = decoded(location.hash.slice(1));
    if (name !== "") this.#page.goTo(name);
    return name !== "";
  }

  focus(): void {
    this.#page.element.focus({ preventScroll: true });
  }

  get hasFocus(): boolean {
    return this.#page.element.contains(document.activeElement);
  }

  /** The text is another one: the page follows at once when there was none before, and otherwise when there is time. */
  changed(changes: ChangeDesc, isFirst: boolean): void {
    this.#moved = this.#moved?.composeDesc(changes) ?? changes;
    if (isFirst) return this.#show();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#show();
      },
      Math.max(QUIET_MS, this.#took * SHARE),
    );
  }

  destroy(): void {
    clearTimeout(this.#timer);
    window.removeEventListener("beforeprint", this.#print);
    this.#page.destroy();
  }

  #show(): void {
    const began = performance.now();
    const moved = this.#moved;
    this.#moved = undefined;
    this.#page.show(this.read(this.text()), (at) => moved?.mapPos(Math.min(at, moved.length), 1) ?? at);
    this.#took = performance.now() - began;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Somebody's own percent sign.
    return text;
  }
}
