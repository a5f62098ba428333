// Elements of what the program that sets formulas has answered: of names that formulas are made of, with attributes that say how they look.
// What else it might answer is left out.

import type { Tree } from "./paper.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const SPACES: readonly (readonly [string, ReadonlySet<string>])[] = [
  ["http://www.w3.org/1999/xhtml", words("span")],
  ["http://www.w3.org/2000/svg", words("svg path line")],
  ["http://www.w3.org/1998/Math/MathML", words("math semantics annotation mrow mi mo mn mtext mspace mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder mover munderover mtable mtr mlabeledtr mtd")],
];

const ATTRIBUTES = words(
  "class aria-hidden encoding display d viewBox preserveAspectRatio x1 y1 x2 y2 stroke-width width height depth voffset lspace rspace accent accentunder columnalign columnlines columnspacing rowlines rowspacing displaystyle scriptlevel fence separator stretchy largeop linebreak linethickness mathbackground mathcolor mathsize mathvariant minsize maxsize notation valign",
);

const STYLES = words(
  "color backgroundColor borderColor borderStyle borderWidth borderTopWidth borderRightStyle borderRightWidth borderBottomWidth top bottom left width minWidth height margin marginTop marginLeft marginRight paddingLeft position verticalAlign textShadow",
);

export function build(tree: Tree): Node {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [name, attributes, styles, inside] = tree;
  const space = SPACES.find(([, names]) => names.has(name))?.[0];
  if (space === undefined) return document.createTextNode("");
  const element = document.createElementNS(space, name) as HTMLElement;
  for (const [key, value] of Object.entries(attributes)) if (ATTRIBUTES.has(key)) element.setAttribute(key, value);
  for (const [key, value] of Object.entries(styles)) if (STYLES.has(key)) element.style.setProperty(dashed(key), value);
  element.append(...inside.map(build));
  return element;
}

/** As style sheets name it. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
