// A document as a page that needs nothing else: the one that the server writes, with what only a tab can draw, and with the document's own pictures.

import { make } from "./dom.ts";

/** Pictures beyond all of this stay links, bytes: whoever opens the page has to hold it. */
const PICTURES_BYTES_MAX = 64 * 1024 * 1024;

/** What is not drawn by then stays as it is written, milliseconds. */
const DRAWN_MS_MAX = 20_000;

/** Where the server's page begins to say what the document says, and what it may load. */
const BODY = "<body>";
const POLICY = /http-equiv="content-security-policy" content="[^"]*/;

const RASTER = /^image\/(?:png|jpeg|gif|webp|avif)$/;

/** Hands the page at this address to the person as a file. Where it cannot be had, the browser says why. */
export async function downloadPage(address: string): Promise<void> {
  const answer = await fetch(address).catch(() => undefined);
  if (answer?.ok !== true) return hand(address, "");
  const text = await answer.text();
  const [head, body] = [text.slice(0, text.indexOf(BODY)), text.slice(text.indexOf(BODY))];
  // Without its style sheet: what is parsed here is under the policy of the tab.
  const page = new DOMParser().parseFromString(body, "text/html");
  const late = new Promise((resolve) => setTimeout(resolve, DRAWN_MS_MAX));
  await Promise.race([Promise.allSettled([setFormulas(page), drawDiagrams(page), putPictures(page)]), late]);
  const file = new Blob([head.replace(POLICY, "$&; img-src data:"), BODY, page.body.innerHTML, "</body>\n</html>\n"], { type: "text/html" });
  const url = URL.createObjectURL(file);
  hand(url, nameOf(answer.headers.get("content-disposition") ?? ""));
  // Browsers take a moment to begin.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function hand(href: string, download: string): void {
  make("a", { href, download }).click();
}

/** What the server calls the file. */
function nameOf(disposition: string): string {
  const [, name = ""] = /filename\*=UTF-8''([^;]+)/.exec(disposition) ?? [];
  return decodeURIComponent(name);
}

async function setFormulas(page: Document): Promise<void> {
  const places = [...page.querySelectorAll("code.math")];
  if (places.length === 0) return;
  const { make: set } = await import("./drawn/formulas.ts");
  for (const place of places) {
    const drawn = await set(place.textContent ?? "", place.classList.contains("math-display"));
    if (drawn === undefined || "problem" in drawn) continue;
    const formula = make("div", {}, drawn.draw()).querySelector("math");
    if (formula !== null) place.replaceWith(page.adoptNode(formula));
  }
}

async function drawDiagrams(page: Document): Promise<void> {
  const places = [...page.querySelectorAll("code.language-mermaid")];
  if (places.length === 0) return;
  const { make: draw } = await import("./drawn/diagrams.ts");
  for (const place of places) {
    const drawn = await draw(place.textContent ?? "", false);
    if (drawn === undefined || "problem" in drawn || drawn.picture === undefined) continue;
    const { svg, ...said } = drawn.picture;
    const picture = Object.assign(page.createElement("img"), { className: "diagram", ...said, src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
    place.parentElement?.replaceWith(picture);
  }
}

/** Those of this site that may be seen; all others stay links, as the server wrote them. */
async function putPictures(page: Document): Promise<void> {
  let bytes = 0;
  for (const link of page.querySelectorAll<HTMLAnchorElement>("a.picture")) {
    if (new URL(link.href).origin !== location.origin) continue;
    const answer = await fetch(link.href).catch(() => undefined);
    if (answer?.ok !== true) continue;
    const picture = await answer.blob();
    if (!RASTER.test(picture.type) || bytes + picture.size > PICTURES_BYTES_MAX) continue;
    bytes += picture.size;
    const shown = Object.assign(page.createElement("img"), { alt: link.textContent ?? "", title: link.title, src: await dataOf(picture) });
    for (const name of ["width", "height"]) if (link.dataset[name] !== undefined) shown.setAttribute(name, link.dataset[name]);
    link.replaceWith(shown);
  }
}

function dataOf(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("not read"));
    reader.readAsDataURL(picture);
  });
}
