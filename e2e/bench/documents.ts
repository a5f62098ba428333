// What is typed into: Markdown of a size, or the text of a real editing history with all that was deleted on the way.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as Y from "yjs";
import { generator } from "../harness/random.ts";
import { documentToken, type Room } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { until } from "../harness/until.ts";

/** Kilobytes. Fewer with INKLING_KILOBYTES, as in `1,1000`. */
export const SIZES: readonly number[] = (process.env["INKLING_KILOBYTES"] ?? "1,100,1000,5000").split(",").map(Number);

const SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi wo ny an er in on st tra ple gri".split(" ");

/** Markdown as people write it, with words of which few are the same, as packing is measured too. */
export function prose(kilobytes: number): string {
  const draw = generator(1);
  const word = () => Array.from({ length: 1 + draw(3) }, () => SYLLABLES[draw(SYLLABLES.length)]).join("");
  const words = (count: number) => Array.from({ length: count }, word).join(" ");
  const pieces: string[] = [];
  for (let units = 0; units < kilobytes * 1000; units += pieces.at(-1)!.length) {
    pieces.push(`## ${words(2)}\n\n${words(2)} **${words(1)}** ${words(2)}, a [${words(1)}](https://example.org), \`${word()}\`, and ${words(14)}.\n\n- ${words(2)}\n- ${words(3)}\n\n`);
  }
  return pieces.join("").slice(0, kilobytes * 1000);
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
