// One import on its way: how much of it is sent, and what the server tells while it makes documents of it.

import type { Line } from "./told.ts";
import { say } from "./words.ts";

export interface Hears {
  /** So many bytes are sent. */
  sent(bytes: number): void;
  /** The server tells more. */
  told(lines: Line[]): void;
}

export class Post {
  /** What went wrong on the way, or nothing; what the server says of the import itself, it tells. */
  readonly ended: Promise<string>;
  readonly #request = new XMLHttpRequest();

  constructor(room: string, name: string, id: string, file: Blob, hears: Hears) {
    const request = this.#request;
    let read = 0;
    const hear = () => {
      if (request.status !== 200) return;
      const whole = request.responseText.lastIndexOf("\n") + 1;
      const lines = request.responseText.slice(read, whole).split("\n").filter((line) => line !== "");
      read = whole;
      if (lines.length > 0) hears.told(lines.map((line) => JSON.parse(line) as Line));
    };
    this.ended = new Promise((resolve) => {
      request.onload = () => {
        hear();
        resolve(request.status === 200 ? say("import-broken") : refusal(request));
      };
      request.onerror = () => resolve(say("import-broken"));
      request.onabort = () => resolve(say("import-aborted"));
    });
    request.onprogress = hear;
    request.upload.onprogress = ({ loaded }) => hears.sent(loaded);
    request.open("POST", `/api/v1/rooms/${room}/import?${new URLSearchParams({ name, id })}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  }

  stop(): void {
    this.#request.abort();
  }
}

function refusal(request: XMLHttpRequest): string {
  try {
    const parsed = JSON.parse(request.responseText) as { error?: { message?: string } };
    return parsed.error?.message ?? String(request.status);
  } catch {
    return String(request.status);
  }
}
