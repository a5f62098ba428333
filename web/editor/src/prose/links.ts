// Where links lead, and which pictures are shown. What may be followed at all, `web/prose` has decided already (`address.rs`).

import { fetched } from "../attach/pictures.ts";

/** Within this site the tab goes there itself; elsewhere a new tab opens that knows nothing of this one. */
export function link(url: string, title: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.setAttribute("href", url);
  made.rel = "noopener noreferrer nofollow";
  if (title !== "") made.title = title;
  // Not for mail and telephones: those open no page.
  if (!isHere(url) && /^https?:/i.test(url)) made.target = "_blank";
  return made;
}

/** Looking at a text must not tell another site: only pictures of this one are shown, others are links. */
export function picture(url: string, alt: string, title: string, width: number, height: number): Node {
  if (url === "" || !/^(https?:|\/)/i.test(url)) return document.createTextNode(alt);
  const named = () => {
    const made = link(url, title);
    made.classList.add("picture");
    made.textContent = alt === "" ? url : alt;
    return made;
  };
  if (!isHere(url)) return named();
  const made = document.createElement("img");
  made.loading = "lazy";
  made.alt = alt;
  if (title !== "") made.title = title;
  if (width > 0) made.width = width;
  if (height > 0) made.height = height;
  return fetched(made, url, named);
}

function isHere(url: string): boolean {
  return URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
}
