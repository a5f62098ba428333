// Another release of the tab: the files of a server under other names, as if they had been built from other sources. The old names are gone.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Shown {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Names that carry a hash of the content. */
const HASHED = /([\w-]+-[0-9A-Z]{8})\.(js|css|wasm|png)/g;

export class Release {
  /** `name` tells it from others. */
  constructor(readonly name: string) {}

  /** What this release answers; none where it is no file of the tab. */
  async answer(server: URL, { url = "/" }: IncomingMessage): Promise<Shown | undefined> {
    if (/^\/(api|ws|link|yjs|healthz|readyz|metrics)(\/|\?|$)/.test(url)) return undefined;
    const asked = url.replace(`.${this.name}.`, ".");
    if (url.startsWith("/assets/") && asked === url) return { status: 404, headers: {}, body: Buffer.of() };
    const answer = await fetch(new URL(asked, server)).catch(() => undefined);
    if (answer === undefined) return { status: 502, headers: {}, body: Buffer.of() };
    const type = answer.headers.get("content-type") ?? "";
    let body = Buffer.from(await answer.arrayBuffer());
    if (/text|json/.test(type)) body = Buffer.from(this.#renamed(body.toString()));
    if (asked === "/worker.js") body = Buffer.from(await this.#worker(server, body.toString()));
    const kept = ["content-type", "cache-control", "content-security-policy"].map((name) => [name, answer.headers.get(name) ?? ""]);
    return { status: answer.status, headers: Object.fromEntries(kept), body };
  }

  #renamed(text: string): string {
    return text
      .replace(HASHED, `$1.${this.name}.$2`)
      .replace(/data-release="(\w+)"/, `data-release="${this.name}"`);
  }

  /** The worker knows the release by its name and the page by its hash. */
  async #worker(server: URL, script: string): Promise<string> {
    const page = await (await fetch(server)).text();
    const [, release = ""] = /data-release="(\w+)"/.exec(page) ?? [];
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    return script.replaceAll(release, this.name).replaceAll(hash(page), hash(this.#renamed(page)));
  }
}
