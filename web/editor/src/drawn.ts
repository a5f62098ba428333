// What is drawn of its source: formulas and diagrams. A place for one shows the source until it has come into view and is drawn; what draws it is
// loaded then. Nobody who types waits for any of it.

import { adoptSheet } from "./adopt.ts";
import looks from "../../style/drawn.css" with { type: "text" };

/** What came of a source: something to show in its place, or why there is nothing. */
export type Drawn = { draw(): Node; picture?: Picture } | { problem: string };

/** What is drawn as a picture. */
export interface Picture {
  svg: string;
  alt: string;
  width: number;
  height: number;
}

export type Kind = "formula" | "display" | "diagram";

/** Where something is drawn: knows at once what it has drawn before, and answers none when it cannot draw now. */
interface Maker {
  known(source: string, kind: Kind): Drawn | undefined;
  make(source: string, kind: Kind): Promise<Drawn | undefined>;
}

interface Place {
  kind: Kind;
  source: string;
  /** Called when the place has another size, perhaps. */
  onDrawn(): void;
}

/** What is printed waits no longer than this for what is not drawn yet, milliseconds. */
const PRINT_MS_MAX = 8_000;

const LOADERS: Readonly<Record<"formulas" | "diagrams", () => Promise<Maker>>> = {
  formulas: async () => {
    const { known, make } = await import("./drawn/formulas.ts");
    return { known: (source, kind) => known(source, kind === "display"), make: (source, kind) => make(source, kind === "display") };
  },
  diagrams: async () => {
    const { known, make } = await import("./drawn/diagrams.ts");
    return { known: (source) => known(source, isDark()), make: (source) => make(source, isDark()) };
  },
};

const DARK = "(prefers-color-scheme: dark)";

const makers = new Map<string, Maker>();

/** Places that were not in view yet, or could not be drawn. */
const places = new WeakMap<Element, Place>();
const away = new Set<Element>();

/** Those that have to be drawn anew for another theme. */
const diagrams = new WeakMap<Element, Place>();

let seen: IntersectionObserver | undefined;

/** A place for what is drawn of a source. */
export function place(kind: Kind, source: string, onDrawn: () => void = () => {}): HTMLElement {
  begin();
  const element = document.createElement(kind === "diagram" ? "div" : "span");
  element.className = kind === "diagram" ? "diagram" : kind === "display" ? "math math-display" : "math";
  if (kind === "diagram") diagrams.set(element, { kind, source, onDrawn });
  const drawn = makers.get(makerOf(kind))?.known(source, kind);
  if (drawn !== undefined) {
    show(element, { kind, source }, drawn);
    return element;
  }
  element.append(sourceOf({ kind, source }));
  places.set(element, { kind, source, onDrawn });
  seen?.observe(element);
  return element;
}

/** Draws all that is in there, in view or not. */
export async function finish(root: ParentNode): Promise<void> {
  const all = [...root.querySelectorAll(".math, .diagram")].map(draw);
  await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(resolve, PRINT_MS_MAX))]);
}

function begin(): void {
  if (seen !== undefined) return;
  adoptSheet(looks);
  // A screen above and below what is in view.
  seen = new IntersectionObserver(come, { rootMargin: "100% 0px" });
  window.addEventListener("online", () => {
    for (const element of away) void draw(element);
    away.clear();
  });
  matchMedia(DARK).addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function redraw(): void {
  for (const element of document.querySelectorAll(".diagram")) {
    const place = diagrams.get(element);
    if (place === undefined || element.classList.contains("is-dark") === isDark()) continue;
    places.set(element, place);
    seen?.observe(element);
  }
}

function come(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) if (isIntersecting) void draw(target);
}

async function draw(element: Element): Promise<void> {
  const place = places.get(element);
  if (place === undefined) return;
  places.delete(element);
  seen?.unobserve(element);
  const { kind, source, onDrawn } = place;
  const drawn = await made(kind, source);
  if (drawn === undefined) {
    // The source is there to be read; there may be a connection later.
    places.set(element, place);
    away.add(element);
    return;
  }
  show(element, place, drawn);
  onDrawn();
}

async function made(kind: Kind, source: string): Promise<Drawn | undefined> {
  try {
    const name = makerOf(kind);
    const maker = makers.get(name) ?? (await LOADERS[name]());
    makers.set(name, maker);
    return await maker.make(source, kind);
  } catch (error) {
    console.error(error);
    return undefined;
  }
}

function makerOf(kind: Kind): "formulas" | "diagrams" {
  return kind === "diagram" ? "diagrams" : "formulas";
}

/** Whether the page is dark: by the person's choice, and by the system where there is none. */
function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia(DARK).matches : theme === "dark";
}

function show(element: Element, { kind, source }: Pick<Place, "kind" | "source">, drawn: Drawn): void {
  element.classList.toggle("is-broken", "problem" in drawn);
  if (kind === "diagram") element.classList.toggle("is-dark", isDark());
  if ("draw" in drawn) return element.replaceChildren(drawn.draw());
  const problem = document.createElement("span");
  problem.className = "drawn-problem";
  problem.textContent = drawn.problem;
  element.replaceChildren(sourceOf({ kind, source }), " ", problem);
}

function sourceOf({ kind, source }: Pick<Place, "kind" | "source">): HTMLElement {
  const code = document.createElement("code");
  code.textContent = source;
  if (kind !== "diagram") return code;
  const lines = document.createElement("pre");
  lines.append(code);
  return lines;
}
