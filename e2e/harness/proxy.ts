// What stands between a browser and a server in somebody else's house: lets WebSockets through or not, holds answers back, cuts, swallows,
// and passes the server off as another release.
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import type { Release } from "./release.ts";

/** How WebSocket handshakes are treated. */
export type Sockets = "pass" | "refuse" | "bad-gateway" | "hang";

/** How server-sent events are treated: held back for ever, as by a proxy that waits for the end of an answer. */
export type Events = "pass" | "buffer" | "compress";

/** What the server is told of a request: that it came to the server itself, which knows no other address; the page's origin and nothing else, as
 * nginx does when nobody has told it more; or host, origin, and whose it is, as it should be. */
export type Tells = "as-direct" | "origin" | "everything";

export class Proxy {
  sockets: Sockets = "pass";
  events: Events = "pass";
  tells: Tells = "as-direct";
  /** Larger bodies are refused. */
  bodyBytesMax = Number.POSITIVE_INFINITY;
  /** As which release the server's files are shown; as its own when there is none. */
  release: Release | undefined;
  /** Paths that came in, with the method, from the start of the test. */
  readonly seen: string[] = [];
  #target: URL | undefined;
  #frozen = false;
  #open = new Set<Socket>();
  #thawed: (() => void)[] = [];

  private constructor(readonly http: HttpServer) {}

  static async start(): Promise<Proxy> {
    const http = createServer();
    const proxy = new Proxy(http);
    http.on("request", (incoming, answer) => proxy.#forward(incoming, answer));
    http.on("upgrade", (incoming, socket, head) => proxy.#upgrade(incoming, socket as Socket, head));
    http.on("connection", (socket) => proxy.#keep(socket));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Where everything goes. */
  leadTo(url: string): void {
    this.#target = new URL(url);
  }

  /** Breaks every connection, as a lift or a tunnel does. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** From now on nothing gets through in either direction, and nothing is closed. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#open) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const socket of this.#open) socket.resume();
    for (const go of this.#thawed.splice(0)) go();
  }

  async close(): Promise<void> {
    this.cut();
    this.http.close();
    await once(this.http, "close");
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    socket.on("error", () => socket.destroy());
    if (this.#frozen) socket.pause();
  }

  #told({ headers, socket }: IncomingMessage): IncomingMessage["headers"] {
    const target = this.#target!;
    if (this.tells === "origin") return { ...headers, host: target.host };
    if (this.tells === "everything") return { ...headers, "x-forwarded-for": socket.remoteAddress, "x-forwarded-proto": "http" };
    return { ...headers, host: target.host, ...(headers.origin === this.url ? { origin: target.origin } : {}) };
  }

  async #passable(): Promise<void> {
    while (this.#frozen) await new Promise<void>((go) => this.#thawed.push(go));
  }

  async #forward(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.seen.push(`${incoming.method} ${incoming.url}`);
    await this.#passable();
    const target = this.#target!;
    const shown = incoming.method === "GET" && (await this.release?.answer(target, incoming));
    if (shown) return void answer.writeHead(shown.status, shown.headers).end(shown.body);
    if (Number(incoming.headers["content-length"] ?? 0) > this.bodyBytesMax) {
      incoming.resume();
      return void answer.writeHead(413, { "content-type": "text/html" }).end("<h1>413 Request Entity Too Large</h1>");
    }
    const outgoing = request({
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: this.#told(incoming),
    });
    outgoing.on("error", () => answer.destroy());
    // What a page that is being left sends last still gets through.
    if (incoming.method === "GET") answer.on("close", () => outgoing.destroy());
    outgoing.on("response", (response) => {
      const isEvents = response.headers["content-type"] === "text/event-stream";
      if (isEvents && this.events === "buffer") return void response.resume();
      if (isEvents && this.events === "compress") {
        // The compressor waits for more than ever comes.
        answer.writeHead(200, { ...response.headers, "content-encoding": "gzip" }).flushHeaders();
        return void response.resume();
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      response.on("data", async (chunk) => {
        await this.#passable();
        answer.write(chunk);
      });
      response.on("end", async () => {
        await this.#passable();
        answer.end();
      });
      response.on("error", () => answer.destroy());
    });
    incoming.pipe(outgoing);
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    this.seen.push(`UPGRADE ${incoming.url}`);
    if (this.#frozen || this.sockets === "hang") return;
    if (this.sockets !== "pass") {
      const status = this.sockets === "refuse" ? "400 Bad Request" : "502 Bad Gateway";
      socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const target = this.#target!;
    const server = connect(Number(target.port), target.hostname, () => {
      const headers = Object.entries(this.#told(incoming))
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join("");
      server.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      server.write(head);
      socket.pipe(server);
      server.pipe(socket);
    });
    this.#keep(server);
    socket.on("close", () => server.destroy());
    server.on("close", () => socket.destroy());
  }
}
