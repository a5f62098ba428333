// The tab's replicas, compiled for the machine and to WebAssembly, against Yjs itself: random edits, undo and redo on all three, and the same text
// and state everywhere.

import { expect } from "@playwright/test";
import * as Y from "yjs";
import { generator } from "../harness/random.ts";
import { test } from "../harness/test.ts";
import { Native, type Reading, type Replicas, Wasm } from "./replicas.ts";

const EDITS = Number(process.env["INKLING_DIFFERENTIAL_EDITS"] ?? 20_000);
const SEED = Number(process.env["INKLING_DIFFERENTIAL_SEED"] ?? 1);

/** Edits of one document, after which the next begins: many small documents meet more cases than one large one. */
const EDITS_PER_DOCUMENT = 1_000;

const TEXTS = ["a", "bc", "def ", "\n", "é", "😀", "👩‍👧", "word word word"];

/** One who edits. Updates it made wait in `made`; it has applied `applied` of the log. */
interface Peer {
  made: string[];
  applied: number;
  edit(from: number, to: number, insert: string): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  apply(updates: string[]): Promise<void>;
  read(): Promise<Reading>;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

function readYjs(doc: Y.Doc): Reading {
  const deleted: Reading["deleted"] = {};
  for (const [client, items] of Y.createDeleteSetFromStructStore(doc.store).clients) {
    deleted[client] = items.map((item) => [item.clock, item.clock + item.len]);
  }
  return {
    text: doc.getText("content").toString(),
    clocks: Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(doc))),
    deleted,
    state: base64(Y.encodeStateAsUpdate(doc)),
    waiting: doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
  };
}

function yjsPeer(clientId: number): Peer {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const text = doc.getText("content");
  // Every edit is a step of its own.
  const history = new Y.UndoManager(text, { trackedOrigins: new Set(["typed"]), captureTimeout: 0 });
  const peer: Peer = {
    made: [],
    applied: 0,
    async edit(from, to, insert) {
      // As CodeMirror does: characters stay whole.
      const whole = (at: number): number => (/[\uDC00-\uDFFF]/.test(text.toString()[at] ?? "") ? at + 1 : at);
      const [start, end] = [whole(Math.min(from, text.length)), whole(Math.min(to, text.length))];
      doc.transact(() => {
        if (end > start) text.delete(start, end - start);
        if (insert !== "") text.insert(start, insert);
      }, "typed");
    },
    async undo() {
      history.undo();
    },
    async redo() {
      history.redo();
    },
    async apply(updates) {
      doc.transact(() => updates.forEach((update) => Y.applyUpdate(doc, bytes(update), "remote")));
    },
    async read() {
      return readYjs(doc);
    },
  };
  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin === "typed" || origin === history) peer.made.push(base64(update));
  });
  return peer;
}

function replicaPeer(replicas: Replicas, clientId: number, now: () => number): Peer {
  const peer: Peer = {
    made: [],
    applied: 0,
    async edit(from, to, insert) {
      peer.made.push(...(await replicas.ask<string[]>(clientId, now(), { edit: [from, to, insert] })));
    },
    async undo() {
      peer.made.push(...(await replicas.ask<string[]>(clientId, now(), "undo")));
    },
    async redo() {
      peer.made.push(...(await replicas.ask<string[]>(clientId, now(), "redo")));
    },
    async apply(updates) {
      const answer = await replicas.ask<{ splices_lead_to_the_text: boolean }>(clientId, now(), { apply: updates });
      expect(answer.splices_lead_to_the_text).toBe(true);
    },
    async read() {
      return replicas.ask<Reading>(clientId, now(), "read");
    },
  };
  return peer;
}

/** Everybody sends and gets everything. */
async function exchange(peers: Peer[], log: string[]): Promise<void> {
  for (const peer of peers) log.push(...peer.made.splice(0));
  for (const peer of peers) {
    await peer.apply(log.slice(peer.applied));
    peer.applied = log.length;
  }
}

async function document(kinds: readonly Replicas[], edits: number, seed: number): Promise<void> {
  const below = generator(seed);
  let clock = 0;
  const now = (): number => (clock += 600);
  for (const replicas of kinds) await replicas.ask(0, 0, "forget");
  // Of each kind one with a high and one with a low id: of two who write at the same place the lower comes first.
  const peers = [yjsPeer(7), yjsPeer(3_000_000_000)];
  kinds.forEach((replicas, at) => peers.push(replicaPeer(replicas, 11 + at, now), replicaPeer(replicas, 4_000_000_000 + at, now)));
  const log: string[] = [];
  let length = 0;
  for (let edit = 0; edit < edits; edit += 1) {
    const peer = peers[below(peers.length)]!;
    const kind = below(20);
    if (kind < 2) await peer.undo();
    else if (kind === 2) await peer.redo();
    else {
      const from = below(length + 10);
      const insert = below(4) === 0 ? "" : TEXTS[below(TEXTS.length)]!;
      await peer.edit(from, below(3) === 0 ? from + below(12) : from, insert);
      length = Math.min(length + insert.length, 400);
    }
    if (below(4) === 0) {
      // Some send, some get: the order of the log is the server's.
      log.push(...peer.made.splice(0));
      const other = peers[below(peers.length)]!;
      await other.apply(log.slice(other.applied));
      other.applied = log.length;
    }
  }
  await exchange(peers, log);
  const readings = await Promise.all(peers.map((peer) => peer.read()));
  for (const reading of readings) {
    expect(reading.waiting).toBe(false);
    expect({ ...reading, state: "" }).toEqual({ ...readings[0]!, state: "" });
  }
  // Each one's whole state is the document to the other.
  for (const reading of readings) {
    const fromOther = new Y.Doc();
    Y.applyUpdate(fromOther, bytes(reading.state));
    expect({ ...readYjs(fromOther), state: "" }).toEqual({ ...readings[0]!, state: "" });
  }
  for (const replicas of kinds) {
    const fromYjs = replicaPeer(replicas, 99, now);
    await fromYjs.apply([readings[0]!.state]);
    expect({ ...(await fromYjs.read()), state: "" }).toEqual({ ...readings[0]!, state: "" });
  }
}

test(`the tab's replicas, native and in WebAssembly, and Yjs agree after ${EDITS} edits`, async () => {
  test.setTimeout(300_000 + EDITS * 20);
  const kinds = [new Native(), await Wasm.load()];
  try {
    for (let edits = 0, seed = SEED; edits < EDITS; edits += EDITS_PER_DOCUMENT, seed += 1) {
      await test.step(`the document of seed ${seed}`, () => document(kinds, Math.min(EDITS_PER_DOCUMENT, EDITS - edits), seed));
    }
  } finally {
    for (const replicas of kinds) replicas.end();
  }
});
