// A client of `/ws` in its readable form, as a bot would be written.
import WebSocket from "ws";
import type { Json } from "./api.ts";

export class Frames {
  #waiting: { kind: string; take: (body: Json) => void }[] = [];
  #arrived: Json[] = [];
  /** The close code, once the server has closed. */
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("message", (data) => {
      this.#arrived.push(JSON.parse(String(data)));
      this.#match();
    });
  }

  static async connect(base: string, cookie: string, origin = base): Promise<Frames> {
    const socket = new WebSocket(base.replace("http", "ws") + "/ws", ["inkling.v1.json"], { headers: { cookie, origin } });
    const frames = new Frames(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return frames;
  }

  send(frame: Json): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The next frame of a kind; those before it are passed over. */
  next(kind: string): Promise<Json> {
    return new Promise((take) => {
      this.#waiting.push({ kind, take });
      this.#match();
    });
  }

  close(): void {
    this.socket.close();
  }

  #match(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { kind, take } = first;
      const at = this.#arrived.findIndex((frame) => kind in frame);
      if (at < 0) return;
      const [frame] = this.#arrived.splice(0, at + 1).slice(-1);
      this.#waiting.shift();
      take(frame?.[kind]);
    }
  }
}
