// Elements, made in one call.

import type { Outcome } from "./finding.ts";

/** An element with properties and what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Outlines from Lucide, as in `web/src/view/icon/lucide.rs`: `circle-check`, `circle-alert`, `circle-x`, and a circle that waits. */
const OUTLINES: Record<Outcome | "pending", string> = {
  passed: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M16 9l-5.5 5.5L8 12",
  warning: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8L12 12M12 16L12.01 16",
  failed: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M15 9l-6 6M9 9l6 6",
  pending: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0",
};

/** The mark of an outcome; words stand beside it. */
export function mark(outcome: Outcome | "pending"): SVGElement {
  const picture = svg("svg", { class: "icon", width: "20", height: "20", viewBox: "0 0 24 24", fill: "none", "aria-hidden": "true" });
  picture.append(svg("path", { d: OUTLINES[outcome] }));
  return picture;
}

function svg(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
