// Files that wait to be sent: kept in a database of their own beside the account's store, so that they outlive the tab, and in memory where nothing can be kept.

import { filesName } from "../device.ts";
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

  private constructor(private readonly database: IDBDatabase | null) {}

  static async open(device: string): Promise<Waiting> {
    try {
      const request = indexedDB.open(filesName(device), 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(TABLE, { keyPath: "id" });
      const database = await answer(request);
      // The person signs out, here or in another tab, and it is removed.
      database.onversionchange = () => database.close();
      return new Waiting(database);
    } catch {
      return new Waiting(null);
    }
  }

  /** Whether something would be gone with this tab. */
  get isOnlyHere(): boolean {
    return this.#memory.size > 0;
  }

  /** All of them, the first one first. */
  async all(): Promise<WaitingFile[]> {
    const kept: WaitingFile[] = this.database === null ? [] : await answer(this.#rows(this.database, "readonly").getAll());
    return [...kept, ...this.#memory.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  async count(): Promise<number> {
    return (await this.all()).length;
  }

  async put(file: WaitingFile): Promise<void> {
    if (this.database !== null && !this.#memory.has(file.id)) {
      try {
        await done(this.#rows(this.database, "readwrite").put(file));
        return;
      } catch {
        // The device is full: it is sent all the same, as long as this tab is there.
      }
    }
    this.#memory.set(file.id, file);
  }

  async remove(id: string): Promise<void> {
    this.#memory.delete(id);
    if (this.database !== null) await done(this.#rows(this.database, "readwrite").delete(id));
  }

  #rows(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
    return database.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
  }
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
