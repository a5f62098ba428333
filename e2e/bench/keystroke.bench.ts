// What a key costs in our editor, beside CodeMirror alone and the stock Yjs editor, turn by turn in one run. Prints; asserts no time.
import { expect, test } from "@playwright/test";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { arrive, bundleRivals, type Contender, CONTENDERS } from "./contenders.ts";
import { history, prose, writeHistory } from "./documents.ts";
import { type Keys, percentile, typed, watchKeys } from "./measure.ts";

const ROUNDS = 4;
const WORDS = "some words typed at the end of it all, and a few more to go ";

/** Milliseconds between two keys. */
const KEY_MS = 10;

const trace = process.env["INKLING_TRACE"];

test("keystrokes", async ({ browser }) => {
  const server = await Server.start();
  const room = await createRoom(server);
  const programs = bundleRivals();
  for (const kilobytes of [1, 100, 1000]) {
    const text = prose(kilobytes);
    await compare(`${kilobytes} KB`, async (title) => {
      const { id } = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title });
      await room.owner.put(`/api/v1/documents/${id}/content`, text);
      return id;
    });
  }
  if (trace === undefined) {
    console.log("\n(no editing history: give one with --trace FILE.json.gz)");
  } else {
    const { edits, text, update } = history(trace);
    await compare(`${edits} edits`, async (title) => {
      const { id } = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title });
      await writeHistory(server.url, room, id, update, text);
      return id;
    });
  }
  await server.dispose();

  async function compare(name: string, makeDocument: (title: string) => Promise<string>): Promise<void> {
    const tabs = [];
    for (const contender of CONTENDERS) {
      const documentId = await makeDocument(`${name}, ${contender}`);
      const { person, openMs, taskMs } = await arrive(browser, server.url, room, documentId, contender, programs);
      await watchKeys(person.page);
      tabs.push({ contender, person, openMs, taskMs });
    }
    console.log(`\n${name}: opened in ${tabs.map(({ contender, openMs }) => `${openMs.toFixed(0)} ms (${contender})`).join(", ")}`);
    console.log(`  longest task: ${tabs.map(({ contender, taskMs }) => `${taskMs === 0 ? "under 50" : taskMs.toFixed(0)} ms (${contender})`).join(", ")}`);
    for (const place of ["start", "end"] as const) {
      const keys = new Map<Contender, Keys[]>(CONTENDERS.map((contender) => [contender, []]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const { contender, person } of tabs) {
          await person.page.bringToFront();
          await (place === "start" ? person.toStart() : person.toEnd());
          const measured = await typed(person.page, WORDS, KEY_MS);
          expect(measured.task.length).toBe(WORDS.length);
          // The first round warms up.
          if (round > 0) keys.get(contender)!.push(measured);
        }
      }
      print(place, keys);
    }
    for (const { person } of tabs) await person.leave();
  }
});

function print(place: string, keys: Map<Contender, Keys[]>): void {
  const figures = CONTENDERS.map((contender) => {
    const rounds = keys.get(contender)!;
    const task = rounds.flatMap((round) => round.task);
    const paint = rounds.flatMap((round) => round.paint);
    const busy = rounds.reduce((sum, round) => sum + round.busy, 0) / rounds.length;
    return [percentile(task, 50), percentile(task, 95), percentile(paint, 50), percentile(paint, 95), busy];
  });
  const [ours, , bare, stock] = figures;
  const row = (name: string, values: number[]) => console.log(`  ${name.padEnd(16)}${values.map((value) => value.toFixed(2).padStart(11)).join("")}`);
  console.log(`  ${`at the ${place}, ms`.padEnd(16)}${["task p50", "task p95", "paint p50", "paint p95", "busy/key"].map((name) => name.padStart(11)).join("")}`);
  CONTENDERS.forEach((contender, index) => row(contender, figures[index]!));
  row("ours / bare", ours!.map((value, index) => value / bare![index]!));
  row("ours / stock", ours!.map((value, index) => value / stock![index]!));
}
