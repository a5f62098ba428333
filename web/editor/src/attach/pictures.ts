// Images that this tab has and the server does not have yet: shown from here, by the address that the text has for them.

import { attachmentId } from "./address.ts";

const here = new Map<string, string>();

/** Shows an image from its bytes from now on. */
export function showFromHere(id: string, bytes: Blob): void {
  if (!here.has(id)) here.set(id, URL.createObjectURL(bytes));
}

/** Where an image is fetched from. */
export function source(at: string): string {
  const id = attachmentId(at);
  return (id === null ? undefined : here.get(id)) ?? at;
}

/** Whether the server may not have it yet, since somebody is still sending it. */
export function mayCome(at: string): boolean {
  return attachmentId(at) !== null;
}
