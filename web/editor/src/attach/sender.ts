// Sends the files of an account that wait, one after the other, from one tab at a time.

import { filesName } from "../device.ts";
import { type Outcome, post } from "./post.ts";
import { Waiting, type WaitingFile } from "./waiting.ts";

/** Pauses after nobody answered, milliseconds: doubled each time, and then anything up to that, so that tabs do not come all at once. */
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 30_000;

/** A document that was made on this device may not be on the server yet: so often it is looked for again before its file counts as refused. */
const NOT_FOUND_MAX = 5;

/** A file, and how far it is. */
export interface Shown {
  file: WaitingFile;
  /** Bytes that were sent of it; none while it waits for its turn. */
  sent: number | null;
}

/** Told whenever something changed. */
type Listener = () => void;

const senders = new Map<string, Sender>();

/** The one sender of this tab for an account. */
export async function senderOf(device: string): Promise<Sender> {
  const sender = senders.get(device) ?? new Sender(device, new Waiting(filesName(device)));
  senders.set(device, sender);
  await sender.ready;
  return sender;
}

export class Sender {
  readonly #listeners = new Set<Listener>();
  readonly #news: BroadcastChannel;
  #all: WaitingFile[] = [];
  #under: { id: string; sent: number; stop: AbortController } | null = null;
  #isRunning = false;
  readonly #missing = new Map<string, number>();
  /** Ends when it is known what waits. */
  readonly ready: Promise<void>;

  constructor(
    private readonly device: string,
    private readonly waiting: Waiting,
  ) {
    this.#news = new BroadcastChannel(`${device}-files`);
    this.#news.onmessage = () => void this.#refresh();
    addEventListener("beforeunload", (event) => {
      if (this.waiting.isOnlyHere) event.preventDefault();
    });
    this.ready = this.#refresh();
    void this.ready.then(() => this.#run());
  }

  /** The files of a document that are not on the server. */
  of(document: string): Shown[] {
    return this.#all
      .filter((file) => file.document === document)
      .map((file) => ({ file, sent: this.#under?.id === file.id ? this.#under.sent : null }));
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Keeps a file and sends it when it can. */
  async add(file: WaitingFile): Promise<void> {
    await this.waiting.put(file);
    await this.#changed();
    void this.#run();
  }

  /** Sends one again that was refused. */
  async again(id: string): Promise<void> {
    const file = this.#all.find((one) => one.id === id);
    if (file === undefined) return;
    const { problem: _, ...rest } = file;
    await this.add(rest);
  }

  /** Does not send it any more. */
  async cancel(id: string): Promise<void> {
    await this.waiting.remove(id);
    if (this.#under?.id === id) this.#under.stop.abort();
    await this.#changed();
  }

  async #run(): Promise<void> {
    if (this.#isRunning || this.#all.length === 0) return;
    this.#isRunning = true;
    try {
      // In one tab at a time; the others wait until it is done or gone. Without locks a file may be sent twice, which stores it once.
      if (navigator.locks === undefined) await this.#drain();
      else await navigator.locks.request(`${this.device}-files`, () => this.#drain());
    } finally {
      this.#isRunning = false;
    }
  }

  async #drain(): Promise<void> {
    let pause = PAUSE_MS_MIN;
    for (;;) {
      await this.#refresh();
      const next = this.#all.find((file) => file.problem === undefined);
      if (next === undefined) return;
      const outcome = await this.#send(next);
      if (outcome.kind === "later") {
        await quiet(Math.random() * pause);
        pause = Math.min(pause * 2, PAUSE_MS_MAX);
      } else {
        pause = PAUSE_MS_MIN;
      }
    }
  }

  async #send(file: WaitingFile): Promise<Outcome> {
    const stop = new AbortController();
    const under = { id: file.id, sent: 0, stop };
    this.#under = under;
    this.#tell();
    const progress = (sent: number) => {
      under.sent = sent;
      this.#tell();
    };
    const outcome = await post(file, progress, stop.signal);
    this.#under = null;
    if (stop.signal.aborted) return { kind: "stored" };
    if (outcome.kind === "stored") await this.waiting.remove(file.id);
    if (outcome.kind === "refused") {
      const missing = (this.#missing.get(file.id) ?? 0) + 1;
      this.#missing.set(file.id, missing);
      if (outcome.isMissing && missing < NOT_FOUND_MAX) return { kind: "later" };
      await this.waiting.put({ ...file, problem: outcome.problem });
    }
    await this.#changed();
    return outcome;
  }

  async #changed(): Promise<void> {
    this.#news.postMessage(null);
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#all = await this.waiting.all();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Ends after a while, or when the network is back. */
function quiet(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
  });
}
