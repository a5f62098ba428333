// Addresses without a site: files such as `images/a.png`, which the server looks up among those of the document that they stand in, and texts such as
// `Other%20note.md`, which are documents of its room.

/** What names a site, is from the root of one, or is within the page. */
const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|[/\\#?]|$)/i;

/** As `web/prose` has it (`reader/named.rs`). */
const TEXT = /\.(?:md|markdown|mdown|mkd|txt)$/i;

/** Where an address of a document leads; to itself when it is no relative one, or no document is shown. */
export function leadsTo(address: string, document = documentHere()): string {
  if (document === null || ELSEWHERE.test(address)) return address;
  const [, path = "", place = ""] = /^([^?#]*)(?:\?[^#]*)?(.*)$/s.exec(address) ?? [];
  if (TEXT.test(path)) return `/documents/${document}/linked?path=${encodeURIComponent(path)}${place}`;
  return `/api/v1/documents/${document}/attachments/named?path=${encodeURIComponent(address)}`;
}

/** An address as people read it: a relative one as it stands in the text. */
export function readable({ href, origin, pathname, search, searchParams, hash }: URL): string {
  if (origin !== globalThis.location?.origin) return href;
  const path = /\/(?:linked|attachments\/named)$/.test(pathname) ? searchParams.get("path") : null;
  return path === null ? href : decoded(path) + decoded(hash);
}

/** Without percent signs, unless they are somebody's own. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Which document the page is about. */
function documentHere(): string | null {
  return /^\/documents\/([0-9a-f-]{36})\/?$/.exec(globalThis.location?.pathname ?? "")?.[1] ?? null;
}
