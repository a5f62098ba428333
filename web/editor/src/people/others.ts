// All that is shown and told of others beside their carets: who is out of view, who is followed, and who edits where one is.

import { Annotation, type Transaction } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import { make } from "../dom.ts";
import { type Caret, caretsOf } from "../people.ts";
import { Edges, outOfView } from "./edges.ts";
import { Following } from "./following.ts";
import { Marks } from "./marks.ts";
import type { Sight } from "./sight.ts";
import { Telling } from "./telling.ts";

/** Marks what others wrote. */
export const ofOthers = Annotation.define<true>();

/** What the editor says of itself. */
export interface Around {
  sight(): Sight;
  /** Whether the person is in the text, in whichever face. */
  hasFocus(): boolean;
  focus(): void;
  /** Who is followed now. */
  followed(peer: number | undefined): void;
}

const NOBODY = { above: [], below: [] };

export class Others {
  readonly #over = make("div", { className: "people-over" });
  readonly #edges: Edges;
  readonly #following: Following;
  readonly #telling = new Telling();
  readonly #marks = new Marks();
  readonly #hands = new AbortController();
  readonly #sizes = new ResizeObserver(() => this.look());
  #frame: number | undefined;
  #isFollowDue = false;
  #isShowing = false;
  /** Where the key went last. */
  #visited: number | undefined;

  constructor(
    parent: HTMLElement,
    private readonly view: EditorView,
    private readonly around: Around,
  ) {
    this.#following = new Following(parent, {
      sight: () => around.sight(),
      carets: () => caretsOf(view.state),
      say: (sentence) => this.#telling.say(sentence),
      told: (peer) => around.followed(peer),
    });
    this.#edges = new Edges((caret) => this.#go(caret), () => around.focus());
    const row = (...children: HTMLElement[]) => make("div", { className: "people-row" }, ...children);
    this.#over.append(row(this.#following.element, this.#edges.above), row(this.#edges.below));
    parent.append(this.#over, this.#telling.element);
    const { signal } = this.#hands;
    parent.addEventListener("scroll", () => this.look(), { capture: true, passive: true, signal });
    parent.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#sizes.observe(parent);
  }

  update(update: ViewUpdate): void {
    const carets = caretsOf(update.state);
    const isMoved = caretsOf(update.startState) !== carets;
    for (const transaction of update.transactions) if (transaction.docChanged) this.#changed(transaction);
    if (isMoved) {
      this.#telling.see(carets);
      this.#isFollowDue = true;
    }
    // What is measured is measured in a frame, and another one only to look after it would be waited for by the next key. It is looked at while the
    // editor reads: when it writes, it lets nobody ask where the text is.
    if (update.transactions.length === 0 && update.geometryChanged) this.view.requestMeasure({ key: this, read: () => this.#show() });
    else if (isMoved || update.geometryChanged) this.look();
    if (update.transactions.some(isByHand)) this.#following.stop();
  }

  goTo(peer: number): void {
    const caret = caretsOf(this.view.state).find((one) => one.peer === peer);
    if (caret !== undefined) this.#go(caret);
  }

  /** Nobody any more when there is no peer. */
  follow(peer: number | undefined): void {
    if (peer === undefined) this.#following.stop();
    else this.#following.start(peer);
  }

  /** Sees anew who is out of view, before the next paint. */
  look(): void {
    if (this.#isIdle()) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#show();
    });
  }

  destroy(): void {
    this.#hands.abort();
    this.#sizes.disconnect();
    this.#following.destroy();
    this.#telling.destroy();
    this.#over.remove();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  /** Nobody is there, and it is shown so. */
  #isIdle(): boolean {
    return !this.#isShowing && !this.#following.isOn && caretsOf(this.view.state).length === 0;
  }

  #show(): void {
    if (this.#isIdle()) return;
    const carets = caretsOf(this.view.state);
    this.#isShowing = carets.length > 0 || this.#following.isOn;
    if (!this.#isShowing) {
      this.#marks.hide();
      return this.#edges.show(NOBODY);
    }
    const sight = this.around.sight();
    this.#lay(sight.scroller);
    // What lies over the text must not be taken for what is in view of it.
    this.#over.classList.add("is-seen-through");
    if (this.#isFollowDue) this.#following.moved();
    this.#isFollowDue = false;
    const range = sight.range(0);
    const inView = range === null ? [] : carets.filter(({ head }) => range.from <= head && head <= range.to);
    this.#marks.show(sight, inView, this.#over);
    this.#over.classList.remove("is-seen-through");
    this.#edges.show(range === null ? NOBODY : outOfView(carets, range));
  }

  /** Over what scrolls, and not over bars above it. */
  #lay(scroller: HTMLElement): void {
    const { style, offsetParent } = this.#over;
    const box = scroller.getBoundingClientRect();
    style.top = `${Math.round(box.top - (offsetParent?.getBoundingClientRect().top ?? 0))}px`;
    style.height = `${Math.round(box.height)}px`;
  }

  #changed(transaction: Transaction): void {
    const { startState, newDoc, changes } = transaction;
    const isRead = transaction.annotation(ofOthers) === true && this.around.hasFocus();
    if (isRead) this.#telling.edited({ before: startState.doc, after: newDoc, changes }, startState.selection.main.head);
    else this.#telling.moved(changes);
  }

  #go(caret: Caret): void {
    this.#visited = caret.peer;
    this.around.sight().reveal(caret.head, "auto");
  }

  /** From one to the next, in the order of the text. */
  next(): void {
    const people = [...caretsOf(this.view.state)].sort((a, b) => a.head - b.head);
    const next = people[(people.findIndex(({ peer }) => peer === this.#visited) + 1) % Math.max(1, people.length)];
    if (next !== undefined) this.#go(next);
  }

  /** Wherever the focus is; in the text the editor has the key first. */
  #key(event: KeyboardEvent): void {
    const isHeld = (event.ctrlKey || event.metaKey) && event.altKey && !event.getModifierState("AltGraph");
    if (event.defaultPrevented || !isHeld || (event.key.toLowerCase() !== "p" && event.code !== "KeyP")) return;
    event.preventDefault();
    this.next();
  }
}

function isByHand(transaction: Transaction): boolean {
  return ["input", "delete", "select", "move"].some((event) => transaction.isUserEvent(event));
}
