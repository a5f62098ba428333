// What outlives the tab: one ordered map of bytes in IndexedDB for each account, and locks that tell which tabs live.
// It knows nothing of what the bytes mean.

import { answer } from "./idb.ts";

/** A browser that does not answer for so long is taken to have no store, milliseconds: nobody waits longer to see their text. */
const OPEN_MS_MAX = 4_000;

const TABLE = "rows";
const TAB_LOCK = "inkling-tab-";

/** Opens the store of an account, and lets other tabs know that this one lives. Fails where nothing can be kept: without IndexedDB, and
 * without locks, since then nobody could tell what a living tab still writes to. */
export async function openDevice(name: string, tab: string): Promise<Device> {
  if (navigator.locks === undefined) throw new Error("no locks here");
  const opened = openDatabase(name);
  const database = await Promise.race([opened, late()]);
  await new Promise<void>((held) => {
    // Held for as long as the page is.
    void navigator.locks.request(TAB_LOCK + tab, () => {
      held();
      return new Promise(() => {});
    });
  });
  // Files that a tab left behind are sent whatever page is open.
  void countFiles(name).then(async (count) => {
    if (count > 0) await (await import("./attach/sender.ts")).senderOf(name);
  });
  return new Device(name, database);
}

/** What the database of an account's files is called: beside the store of the rest, since another program reads and writes it. */
export function filesName(device: string): string {
  return `${device}-files`;
}

/** How many files of an account are not on the server yet. */
export async function countFiles(device: string): Promise<number> {
  const name = filesName(device);
  if (!(await isThere(name))) return 0;
  const { Waiting } = await import("./attach/waiting.ts");
  return (await new Waiting(name).all()).length;
}

/** Whether there is a database of that name; there is none where browsers have none. */
export async function isThere(name: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some((database) => database.name === name);
  } catch {
    return false;
  }
}

/** Removes the store of an account with everything in it. */
export async function destroyDevice(name: string): Promise<void> {
  await Promise.all([name, filesName(name)].map((one) => answer(indexedDB.deleteDatabase(one))));
}

/** Hands a text to the person as a file. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export class Device {
  #asked = false;
  readonly #news: BroadcastChannel;
  /** Ends when the transaction that was begun last has. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly database: IDBDatabase,
  ) {
    // The person signs out, here or in another tab, and the store is removed.
    database.onversionchange = () => database.close();
    this.#news = new BroadcastChannel(name);
  }

  /** Keys and values in turn, ascending, from the first key up to and without the second. */
  async read(from: Uint8Array, to: Uint8Array): Promise<Uint8Array[]> {
    const rows = this.database.transaction(TABLE, "readonly").objectStore(TABLE);
    const range = IDBKeyRange.bound(from, to, false, true);
    const [keys, values] = await Promise.all([answer(rows.getAllKeys(range)), answer(rows.getAll(range))]);
    return keys.flatMap((key, at) => [new Uint8Array(key as ArrayBuffer), values[at] as Uint8Array]);
  }

  /** One transaction: pairs of keys of which the rows between go, then keys and values that are put. Ends when it is kept. */
  write(drops: Uint8Array[], puts: Uint8Array[], strict: boolean): Promise<void> {
    const written = this.#write(drops, puts, strict);
    this.#last = written.catch(() => {});
    return written;
  }

  /** Fails when it does not take so many bytes now. They are removed again. */
  async probe(bytes: number): Promise<void> {
    const key = new Uint8Array(1);
    await this.write([], [key, new Uint8Array(bytes)], true);
    await this.write([key, Uint8Array.of(1)], [], false);
  }

  /** Ends when nothing is being written that was begun before. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** The tabs that live, by the names they were opened with. */
  async living(): Promise<string[]> {
    const { held = [] } = await navigator.locks.query();
    return held.flatMap(({ name }) => (name?.startsWith(TAB_LOCK) ? [name.slice(TAB_LOCK.length)] : []));
  }

  /** Ends when no other tab is where this leads, with what lets the next one in. */
  alone(): Promise<() => void> {
    return new Promise((entered, failed) => {
      const inside = () => new Promise<void>((leave) => entered(leave));
      navigator.locks.request(`inkling-claim-${this.name}`, inside).catch(failed);
    });
  }

  /** Tells the other tabs of the account. */
  tell(news: string): void {
    this.#news.postMessage(news);
  }

  /** Hears what they tell. */
  hear(heard: (news: string) => void): void {
    this.#news.onmessage = ({ data }) => heard(data as string);
  }

  #write(drops: Uint8Array[], puts: Uint8Array[], strict: boolean): Promise<void> {
    if (strict && !this.#asked) {
      this.#asked = true;
      // Work that only this device has should not go when the browser needs room. No answer changes nothing.
      navigator.storage?.persist?.().catch(() => {});
    }
    return new Promise((kept, failed) => {
      const transaction = this.database.transaction(TABLE, "readwrite", { durability: strict ? "strict" : "relaxed" });
      transaction.oncomplete = () => kept();
      transaction.onabort = () => failed(transaction.error ?? new Error("aborted"));
      const rows = transaction.objectStore(TABLE);
      for (let at = 0; at < drops.length; at += 2) rows.delete(IDBKeyRange.bound(drops[at], drops[at + 1], false, true));
      for (let at = 0; at < puts.length; at += 2) rows.put(puts[at + 1], puts[at] as Uint8Array<ArrayBuffer>);
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(TABLE);
  return answer(request);
}

function late(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("the store does not open")), OPEN_MS_MAX));
}
