// What others cost somebody: how long until an edit of theirs is seen, what it takes of the processor, and what a key costs while many type. Prints; asserts no time.
import { type Page, test } from "@playwright/test";
import type { Person } from "../harness/person.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { busyMs } from "./busy.ts";
import { arrive, type Contender, makeDocument, makeStage, type Stage } from "./contenders.ts";
import { prose, SIZES } from "./documents.ts";
import { figuresOf, KEY_COLUMNS, typed, watchKeys } from "./measure.ts";
import { paintsOf } from "./remote.ts";
import { percentile, print } from "./table.ts";
import { Typists } from "./typists.ts";

const SEEN = ["ours", "source", "stock"] as const satisfies Contender[];

/** Edits of one other person that are waited for. */
const EDITS = 40;

/** Between two edits that are not, milliseconds. */
const EDIT_MS = 25;

const TYPISTS = 20;

/** So long they type alone, milliseconds. */
const WATCHED_MS = 4_000;

const WORDS = "some words typed while everybody else does too, and then a few ";

/** As fast as a quick hand, milliseconds. */
const KEY_MS = 60;

test("others", async ({ browser }) => {
  const stage = await makeStage(browser);
  for (const kilobytes of SIZES) {
    const one = new Map<Contender, number[]>();
    const many = new Map<Contender, number[]>();
    for (const contender of SEEN) {
      const documentId = await makeDocument(stage, `${kilobytes} KB, ${contender}`, prose(kilobytes));
      const { person } = await arrive(stage, documentId, contender);
      await watchKeys(person.page);
      await person.toStart();
      one.set(contender, await byOne(stage, documentId, person.page));
      many.set(contender, await byMany(stage, documentId, person));
      await person.leave();
    }
    console.log("");
    print(`${kilobytes} KB, another, ms`, ["paint p50", "paint p95", "busy/seen", "busy/unseen"], one);
    print(`${TYPISTS} typists, ms`, ["busy/s", ...KEY_COLUMNS], many);
  }
  await stage.server.dispose();
});

/** Somebody edits what is in view, and what is not. */
async function byOne({ server, room }: Stage, documentId: string, page: Page): Promise<number[]> {
  const other = new StockClient(server.url, documentId, await documentToken(room.owner, documentId));
  await other.synced();
  const { text } = other;
  const edit = (at: number) => text.insert(at, "x");
  await paintsOf(page, 5, () => edit(4));
  const paints: number[] = [];
  const seen = await busyMs(page, async () => paints.push(...(await paintsOf(page, EDITS, () => edit(4)))));
  const unseen = await busyMs(page, async () => {
    for (let index = 0; index < EDITS; index++) setTimeout(() => edit(text.length >> 1), index * EDIT_MS);
    // What is out of view is painted nowhere, so nothing shows that the last one has come.
    await page.waitForTimeout(EDITS * EDIT_MS + 200);
  });
  other.destroy();
  return [percentile(paints, 50), percentile(paints, 95), seen / EDITS, unseen / EDITS];
}

async function byMany({ server, room }: Stage, documentId: string, person: Person): Promise<number[]> {
  const { page } = person;
  const typists = await Typists.arrive(server.url, room, documentId, TYPISTS);
  typists.start();
  // Until all of them are at it; then what is watched is a stretch of time.
  await page.waitForTimeout(WATCHED_MS / 4);
  const busy = await busyMs(page, () => page.waitForTimeout(WATCHED_MS));
  await person.toStart();
  // A key whose change the browser tells together with somebody else's counts with that.
  const keys = await typed(page, WORDS, KEY_MS);
  typists.leave();
  return [(busy / WATCHED_MS) * 1000, ...figuresOf([keys])];
}
