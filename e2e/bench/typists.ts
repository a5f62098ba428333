// Many who type into one document at once, each at a place of their own: stock clients that tell where their caret is, as their editor does.
import { createRelativePositionFromTypeIndex } from "yjs";
import { documentToken, type Room } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";

/** Each types so often, milliseconds. */
const KEY_MS = 200;

const WORDS = "somebody else writes here ";

export class Typists {
  private timers: NodeJS.Timeout[] = [];

  private constructor(private readonly typists: readonly Typist[]) {}

  /** They spread over the whole document. */
  static async arrive(base: string, room: Room, documentId: string, count: number): Promise<Typists> {
    // Each of the clients listens to the end of this process.
    process.setMaxListeners(count + process.getMaxListeners());
    const token = await documentToken(room.owner, documentId);
    const typists = Array.from({ length: count }, (_, index) => new Typist(new StockClient(base, documentId, token), index, index / count));
    await Promise.all(typists.map(({ client }) => client.synced()));
    for (const typist of typists) typist.begin();
    return new Typists(typists);
  }

  /** All of them type from now on, one after the other. */
  start(): void {
    this.typists.forEach((typist, index) => {
      this.timers.push(setTimeout(() => this.timers.push(setInterval(() => typist.type(), KEY_MS)), (index * KEY_MS) / this.typists.length));
    });
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  leave(): void {
    this.stop();
    for (const { client } of this.typists) client.destroy();
  }
}

class Typist {
  private at = 0;
  private typed = 0;

  constructor(
    readonly client: StockClient,
    private readonly index: number,
    private readonly share: number,
  ) {}

  begin(): void {
    this.at = placeOf(this.client.text.toString(), this.share);
    this.client.awareness.setLocalStateField("user", { name: `Typist ${this.index}`, color: "#30bced", colorLight: "#30bced33" });
    // What others write is of no use to them, and would keep this machine busy with twenty copies of it.
    if (this.client.provider.ws !== null) this.client.provider.ws.onmessage = () => (this.client.provider.wsLastMessageReceived = Date.now());
  }

  type(): void {
    const { text, awareness } = this.client;
    text.insert(this.at++, WORDS[this.typed++ % WORDS.length]!);
    const caret = createRelativePositionFromTypeIndex(text, this.at);
    awareness.setLocalStateField("cursor", { anchor: caret, head: caret });
  }
}

/** In words, and not in a mark: the end of the first line from there on that has some. */
function placeOf(text: string, share: number): number {
  let at = Math.floor(text.length * share);
  while (at < text.length && !(text[at] === "\n" && /\w/.test(text[at - 1] ?? ""))) at++;
  return at;
}
