// Files that wait to be sent: kept in a database of their own beside the account's store, so that they outlive the tab, and in memory where nothing can be kept.

import { isThere } from "../device.ts";
import { answer } from "../idb.ts";

/** A file on its way into a document. */
export interface WaitingFile {
  /** A UUID of version 7: the order is that of the ids. The address in the text has it already. */
  id: string;
  document: string;
  name: string;
  bytes: Blob;
  /** Why the server did not take it. Nobody sends it again by themselves. */
  problem?: string;
}

const TABLE = "files";

/** The files of one account that wait. */
export class Waiting {
  /** What could not be kept, or all where nothing can. */
  readonly #memory = new Map<string, WaitingFile>();
  /** None before the first file: most people never have one that waits. */
  #database: Promise<IDBDatabase | null> | undefined;

  constructor(private readonly name: string) {}

  /** Whether something would be gone with this tab. */
  get isOnlyHere(): boolean {
    return this.#memory.size > 0;
  }

  /** All of them, the first one first. */
  async all(): Promise<WaitingFile[]> {
    const database = (await isThere(this.name)) ? await this.#open() : null;
    const kept: WaitingFile[] = database === null ? [] : await answer(rows(database, "readonly").getAll());
    return [...kept, ...this.#memory.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  async put(file: WaitingFile): Promise<void> {
    const database = this.#memory.has(file.id) ? null : await this.#open();
    try {
      if (database !== null) return await done(rows(database, "readwrite").put(file));
    } catch {
      // The device is full: it is sent all the same, as long as this tab is there.
    }
    this.#memory.set(file.id, file);
  }

  async remove(id: string): Promise<void> {
    this.#memory.delete(id);
    const database = await this.#open();
    if (database !== null) await done(rows(database, "readwrite").delete(id));
  }

  #open(): Promise<IDBDatabase | null> {
    this.#database ??= open(this.name).catch(() => null);
    return this.#database;
  }
}

async function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(TABLE, { keyPath: "id" });
  const database = await answer(request);
  // The person signs out, here or in another tab, and it is removed.
  database.onversionchange = () => database.close();
  return database;
}

function rows(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
}

/** Ends when what is asked for is on the disk. */
function done(request: IDBRequest): Promise<void> {
  return new Promise((kept, failed) => {
    const { transaction } = request;
    if (transaction === null) return failed(new Error("no transaction"));
    transaction.oncomplete = () => kept();
    transaction.onabort = () => failed(transaction.error ?? new Error("aborted"));
  });
}
