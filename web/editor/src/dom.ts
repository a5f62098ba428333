// Elements, made in one call.

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

/** An outline of Lucide, as in `web/src/view/icon/lucide.rs`; a label always stands beside it. */
export function icon(outline: string, side: 16 | 20): SVGElement {
  const picture = svg("svg", {
    class: side === 20 ? "icon icon-large" : "icon",
    width: String(side),
    height: String(side),
    viewBox: "0 0 24 24",
    fill: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
  picture.append(svg("path", { d: outline }));
  return picture;
}

function svg(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
