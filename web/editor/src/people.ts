// Carets and selections of others, drawn in layers so that they change nothing in the text. Colours come by class.

import { type ChangeDesc, EditorSelection, type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, layer, type LayerMarker, RectangleMarker, type ViewUpdate } from "@codemirror/view";
import { laidAnew } from "./laid.ts";

/** Somebody else's caret. */
export interface Caret {
  peer: number;
  anchor: number;
  head: number;
  /** Gives the colour. */
  colour: string;
  name: string;
  /** How often this person moved by themselves: the flag shows again at each. */
  moves: number;
}

interface Told {
  peer: number;
  anchor: number;
  head: number;
  colour: string;
  name: string;
}

const peopleTold = StateEffect.define<readonly Told[]>();

/** The effect that shows these carets and no others. */
export function setPeople(positions: Int32Array, classes: readonly string[], names: readonly string[]): StateEffect<readonly Told[]> {
  const told: Told[] = names.map((name, i) => {
    const [peer = 0, anchor = -1, head = -1] = positions.subarray(i * 3, i * 3 + 3);
    return { peer, anchor, head, colour: classes[i] ?? "", name };
  });
  return peopleTold.of(told);
}

/** Carets after a change of the text. */
export function mapCarets(carets: readonly Caret[], changes: ChangeDesc): readonly Caret[] {
  return carets.map((caret) => ({ ...caret, anchor: changes.mapPos(caret.anchor, -1), head: changes.mapPos(caret.head, -1) }));
}

/** Carets after news; -1 keeps a caret where it was. */
export function takeNews(carets: readonly Caret[], told: readonly Told[], length: number): readonly Caret[] {
  const news: Caret[] = [];
  for (const { peer, anchor, head, colour, name } of told) {
    const before = carets.find((caret) => caret.peer === peer);
    if (anchor < 0 || head < 0) {
      if (before !== undefined) news.push({ ...before, colour, name });
      continue;
    }
    const at = { anchor: Math.min(anchor, length), head: Math.min(head, length) };
    const isMoved = before === undefined || before.head !== at.head || before.anchor !== at.anchor;
    news.push({ peer, ...at, colour, name, moves: (before?.moves ?? 0) + (isMoved ? 1 : 0) });
  }
  return news;
}

const carets = StateField.define<readonly Caret[]>({
  create: () => [],
  update(value, transaction) {
    let next = transaction.docChanged && value.length > 0 ? mapCarets(value, transaction.changes) : value;
    for (const effect of transaction.effects) {
      if (effect.is(peopleTold)) next = takeNews(next, effect.value, transaction.newDoc.length);
    }
    return next;
  },
});

/** Where others are. */
export function caretsOf(state: EditorState): readonly Caret[] {
  return state.field(carets, false) ?? [];
}

class CaretMarker implements LayerMarker {
  constructor(
    private readonly left: number,
    private readonly top: number,
    private readonly height: number,
    private readonly side: "near" | "far",
    private readonly caret: Caret,
  ) {}

  eq(other: LayerMarker): boolean {
    return (
      other instanceof CaretMarker &&
      other.left === this.left &&
      other.top === this.top &&
      other.height === this.height &&
      other.side === this.side &&
      this.isSame(other)
    );
  }

  draw(): HTMLElement {
    const caret = document.createElement("div");
    caret.className = `person-caret ${this.caret.colour}`;
    caret.dataset.peer = String(this.caret.peer);
    const flag = document.createElement("div");
    flag.className = "person-flag";
    flag.textContent = this.caret.name;
    caret.append(flag);
    this.place(caret);
    return caret;
  }

  /** The same element moves along with the text; one that is drawn anew shows its flag again. */
  update(dom: HTMLElement, previous: LayerMarker): boolean {
    if (!(previous instanceof CaretMarker) || !this.isSame(previous)) return false;
    this.place(dom);
    return true;
  }

  private isSame(other: CaretMarker): boolean {
    return other.caret.peer === this.caret.peer && other.caret.moves === this.caret.moves && other.caret.name === this.caret.name;
  }

  private place(dom: HTMLElement): void {
    dom.style.left = `${this.left}px`;
    dom.style.top = `${this.top}px`;
    dom.style.height = `${this.height}px`;
    // A flag above the first line would be cut off, and one at the right edge would leave the page.
    dom.classList.toggle("person-caret-first", this.top < 24);
    dom.classList.toggle("person-caret-far", this.side === "far");
  }
}

/** Shows what `setPeople` tells. */
export function peopleCarets(): Extension {
  return [
    carets,
    layer({
      above: false,
      class: "people-selections",
      update: isLaid,
      markers: (view) =>
        view.state.field(carets).flatMap((caret) => {
          if (caret.anchor === caret.head) return [];
          const range = EditorSelection.range(caret.anchor, caret.head);
          return RectangleMarker.forRange(view, `person-selection ${caret.colour}`, range);
        }),
    }),
    layer({
      above: true,
      class: "people-carets",
      update: isLaid,
      markers: (view) =>
        view.state.field(carets).flatMap((caret) => {
          if (caret.head < view.viewport.from || caret.head > view.viewport.to) return [];
          const [at] = RectangleMarker.forRange(view, "", EditorSelection.cursor(caret.head));
          if (at === undefined) return [];
          const side = at.left > view.scrollDOM.clientWidth / 2 ? "far" : "near";
          return [new CaretMarker(at.left, at.top, at.height, side, caret)];
        }),
    }),
  ];
}

function isLaid(update: ViewUpdate): boolean {
  const { docChanged, viewportChanged, geometryChanged, transactions } = update;
  const isMoved = update.startState.field(carets) !== update.state.field(carets);
  return docChanged || viewportChanged || geometryChanged || isMoved || transactions.some(({ effects }) => effects.some((effect) => effect.is(laidAnew)));
}
