// What is typed into: Markdown of a size, or the text of a real editing history with all that was deleted on the way.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as Y from "yjs";
import { documentToken, type Room } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { until } from "../harness/until.ts";

/** Markdown as people write it. */
export function prose(kilobytes: number): string {
  const paragraph = "## A part\n\nSome **strong** words, a [link](https://example.org), `code`, and then a sentence that goes on for a while as sentences do.\n\n- one thing\n- another thing\n\n";
  return paragraph.repeat(Math.ceil((kilobytes * 1000) / paragraph.length)).slice(0, kilobytes * 1000);
}

/** An editing history in the form of the public traces, as one update. */
export function history(file: string): { edits: number; text: string; update: Uint8Array } {
  const trace: { endContent: string; txns: { patches: [number, number, string][] }[] } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  const doc = new Y.Doc();
  const text = doc.getText("content");
  for (const { patches } of trace.txns) {
    doc.transact(() => {
      for (const [at, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(at, deleted);
        if (inserted !== "") text.insert(at, inserted);
      }
    });
  }
  if (text.toString() !== trace.endContent) throw new Error("the history does not end in its text");
  return { edits: trace.txns.length, text: trace.endContent, update: Y.encodeStateAsUpdate(doc) };
}

/** Makes a new document of an update. */
export async function writeHistory(base: string, room: Room, documentId: string, update: Uint8Array, text: string): Promise<void> {
  const client = new StockClient(base, documentId, await documentToken(room.owner, documentId));
  await client.synced();
  Y.applyUpdate(client.doc, update);
  await until("the history is stored", async () => (await room.owner.text(`/api/v1/documents/${documentId}/content`)) === text, 60_000);
  client.destroy();
}
