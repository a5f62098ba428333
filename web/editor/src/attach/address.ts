// Where an attachment will be, and how it stands in a text. The address is known before the file is sent, so the text can have it at once.

/** Characters that end a name in Markdown, or mean something within it. */
const MEANT = /[\\[\]!*_`<>~]/g;

/** A UUID of version 7: the time in milliseconds, and chance. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(now) << 16n) | BigInt(((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A name that the server takes: on one line, with something to see, and not too long. */
export function safeName(name: string, instead: string): string {
  // Control characters, and what reorders the text around it.
  const seen = name.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, " ").trim();
  return [...(seen === "" ? instead : seen)].slice(-255).join("");
}

export function address(document: string, id: string, name: string): string {
  // Brackets end an address in Markdown.
  const last = encodeURIComponent(name).replace(/[()'!*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `/api/v1/documents/${document}/attachments/${id}/${last}`;
}

/** The file as it stands in a text: an image that is shown, or a link. */
export function markdown(name: string, type: string, at: string): string {
  const isImage = /^image\/(png|jpeg|gif|webp|avif)$/.test(type);
  const label = (isImage ? name.replace(/\.\w+$/, "") : name).replace(MEANT, "\\$&");
  return isImage ? `![${label}](${at})` : `[${label}](${at})`;
}

const ATTACHMENT = /\/api\/v1\/documents\/[0-9a-f-]{36}\/attachments\/([0-9a-f-]{36})(?:\/|$)/;

/** Which attachment an address is of; none when it is of something else. */
export function attachmentId(at: string): string | null {
  return ATTACHMENT.exec(at)?.[1] ?? null;
}
