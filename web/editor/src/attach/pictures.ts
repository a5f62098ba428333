// Images of this site: fetched from here while this tab has one that the server does not have yet, and their names for as long as there is none.

import { attachmentId } from "./address.ts";

/** Whoever puts an image into the text is still sending it, perhaps: it is asked for again after so long, and then after twice that, milliseconds. */
const COMES_MS_MIN = 1_000;
const COMES_MS_MAX = 32_000;

const here = new Map<string, string>();

/** Shows an image from its bytes from now on. */
export function showFromHere(id: string, bytes: Blob): void {
  if (!here.has(id)) here.set(id, URL.createObjectURL(bytes));
}

/** Has an image fetched; what stands for it shows its name instead while it is not there, since browsers show a broken sign. */
export function fetched(picture: HTMLImageElement, at: string, named: () => HTMLElement): HTMLElement {
  // A frame of its own: what changes among the text itself is taken for something that was typed.
  const frame = document.createElement("span");
  let pause = COMES_MS_MIN;
  picture.addEventListener("load", () => picture.isConnected || frame.replaceChildren(picture));
  picture.addEventListener("error", () => {
    frame.replaceChildren(named());
    if (!mayCome(at) || pause > COMES_MS_MAX) return;
    const url = `${source(at)}#${pause}`;
    setTimeout(() => {
      // What is not on the page would never be in view.
      picture.loading = "eager";
      if (frame.isConnected) picture.src = url;
    }, pause);
    pause *= 2;
  });
  picture.src = source(at);
  frame.append(picture);
  return frame;
}

/** Where an image is fetched from. */
function source(at: string): string {
  const id = attachmentId(at);
  return (id === null ? undefined : here.get(id)) ?? at;
}

/** Whether the server may not have it yet, since somebody is still sending it. */
function mayCome(at: string): boolean {
  return attachmentId(at) !== null;
}
