// One file to the server, with how far it is.

import type { WaitingFile } from "./waiting.ts";

/** What became of it. */
export type Outcome =
  /** The server has it. */
  | { kind: "stored" }
  /** The server does not take it, and says why. */
  | { kind: "refused"; problem: string; isMissing: boolean }
  /** Nobody knows: it is sent again later. */
  | { kind: "later" };

/** Refusals that may be over by the next time: signed out, too fast, no room on the disk, and whatever is the server's own. */
const LATER = new Set([401, 408, 425, 429]);

/** Sends it, and may be told to stop. */
export function post(file: WaitingFile, progress: (sent: number) => void, stop: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name: file.name, id: file.id });
    request.open("POST", `/api/v1/documents/${file.document}/attachments?${query}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () => resolve(outcome(request.status, request.responseText));
    request.onerror = request.onabort = () => resolve({ kind: "later" });
    stop.addEventListener("abort", () => request.abort());
    request.send(file.bytes);
  });
}

/** What an answer means. */
export function outcome(status: number, body: string): Outcome {
  if (status === 201) return { kind: "stored" };
  if (status >= 500 || status === 0 || LATER.has(status)) return { kind: "later" };
  return { kind: "refused", problem: message(body) ?? String(status), isMissing: status === 404 };
}

function message(body: string): string | undefined {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: string } };
    return parsed.error?.message;
  } catch {
    return undefined;
  }
}
