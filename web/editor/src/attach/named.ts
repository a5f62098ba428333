// Addresses without a site, such as `images/a.png`: the server looks them up among the files of the document that they stand in.

/** What names a site, is from the root of one, or is within the page. */
const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|[/\\#?]|$)/i;

/** Where the file is that a document names by this address; the address itself when it leads elsewhere, or no document is shown. */
export function fileAddress(address: string, document = documentHere()): string {
  if (document === null || ELSEWHERE.test(address)) return address;
  return `/api/v1/documents/${document}/attachments/named?path=${encodeURIComponent(address)}`;
}

/** Which document the page is about. */
function documentHere(): string | null {
  return /^\/documents\/([0-9a-f-]{36})\/?$/.exec(globalThis.location?.pathname ?? "")?.[1] ?? null;
}
