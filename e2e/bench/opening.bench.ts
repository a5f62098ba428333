// Opening a document: how long until its first line is drawn, the longest task on the way, and what the page holds then. Prints; asserts no time.
import { type Browser, test } from "@playwright/test";
import { traceTasks } from "./busy.ts";
import { arrive, type Contender, makeDocument, makeStage, MARK, type Stage } from "./contenders.ts";
import { prose, SIZES } from "./documents.ts";
import { heldMb } from "./memory.ts";
import { median, print } from "./table.ts";

const OPENED = ["ours", "source", "stock"] as const satisfies Contender[];

const ROUNDS = 3;

/** What is done right after the first line stands is part of opening, milliseconds. */
const AFTER_MS = 1_500;

const COLUMNS = ["open ms", "task ms", "task, wall", "heap MB", "WASM MB", "held MB"];

test("opening", async ({ browser }) => {
  const stage = await makeStage(browser);
  console.log("\n(task: the longest one until a moment after the text stands, by processor time and by the clock)");
  for (const kilobytes of SIZES) {
    const documentId = await makeDocument(stage, `${kilobytes} KB`, prose(kilobytes));
    const rounds = new Map<Contender, number[][]>(OPENED.map((contender) => [contender, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of OPENED) rounds.get(contender)!.push(await open(browser, stage, documentId, contender));
    }
    const figures = [...rounds].map(([contender, all]) => [contender, COLUMNS.map((_, at) => median(all.map((one) => one[at]!)))] as const);
    print(`${kilobytes} KB`, COLUMNS, new Map(figures));
  }
  await stage.server.dispose();
});

async function open(browser: Browser, stage: Stage, documentId: string, contender: Contender): Promise<number[]> {
  const longest = await traceTasks(browser, MARK);
  const { person, openMs } = await arrive(stage, documentId, contender);
  // Nothing tells when the page has done the last of it.
  await person.page.waitForTimeout(AFTER_MS);
  const { threadMs, wallMs } = await longest();
  const { heap, wasm } = await heldMb(person.page);
  await person.leave();
  return [openMs, threadMs, wallMs, heap, wasm, heap + wasm];
}
