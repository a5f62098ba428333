// Who writes above and below what is in view, named at the edge of the text over it: nothing in the text moves for them.

import { icon, make } from "../dom.ts";
import type { Caret } from "../people.ts";
import { joined, say } from "./words.ts";

/** More than these are counted. */
const NAMES_MAX = 2;

type Side = "above" | "below";

const ARROWS: Readonly<Record<Side, string>> = { above: "m5 12 7-7 7 7M12 19V5", below: "M12 5v14M19 12l-7 7-7-7" };

/** Those who are out of view, the nearest first. */
export function outOfView(carets: readonly Caret[], range: { from: number; to: number }): Record<Side, Caret[]> {
  return {
    above: carets.filter(({ head }) => head < range.from).sort((a, b) => b.head - a.head),
    below: carets.filter(({ head }) => head > range.to).sort((a, b) => a.head - b.head),
  };
}

class Edge {
  readonly button = make("button", { type: "button", hidden: true });
  #people: readonly Caret[] = [];

  constructor(
    private readonly side: Side,
    go: (caret: Caret) => void,
  ) {
    this.button.className = `people-edge people-edge-${side}`;
    this.button.dataset["testid"] = `people-${side}`;
    // A press must not take the focus from the text, or the keyboard of a phone goes away.
    this.button.onmousedown = (event) => event.preventDefault();
    this.button.onclick = () => {
      const [nearest] = this.#people;
      if (nearest !== undefined) go(nearest);
    };
  }

  /** Whether the button went while it had the focus. */
  show(people: readonly Caret[]): boolean {
    const isSame = people.length === this.#people.length && people.every((caret, at) => isAlike(caret, this.#people[at]));
    this.#people = people;
    const [nearest] = people;
    if (isSame) return false;
    const { button } = this;
    const hadFocus = document.activeElement === button;
    button.hidden = nearest === undefined;
    if (nearest === undefined) return hadFocus;
    const names = [...new Set(people.map(({ name }) => name))];
    const shown = people.filter(({ name }, at) => people.findIndex((one) => one.name === name) === at).slice(0, NAMES_MAX);
    const rest = names.length - shown.length;
    const marks = shown.map(({ name, colour }) => make("span", { className: `people-name ${colour}` }, name));
    button.replaceChildren(icon(ARROWS[this.side], 16), ...marks, ...(rest > 0 ? [say("more", { count: String(rest) })] : []));
    button.ariaLabel = button.title = say(this.side, { names: joined(names), name: nearest.name });
    return false;
  }
}

function isAlike(one: Caret, other: Caret | undefined): boolean {
  return one.peer === other?.peer && one.name === other.name && one.colour === other.colour;
}

export class Edges {
  readonly #above: Edge;
  readonly #below: Edge;

  constructor(
    go: (caret: Caret) => void,
    private readonly back: () => void,
  ) {
    this.#above = new Edge("above", go);
    this.#below = new Edge("below", go);
  }

  get above(): HTMLElement {
    return this.#above.button;
  }

  get below(): HTMLElement {
    return this.#below.button;
  }

  show({ above, below }: Record<Side, readonly Caret[]>): void {
    const isLeft = [this.#above.show(above), this.#below.show(below)];
    if (isLeft.includes(true)) this.back();
  }
}
