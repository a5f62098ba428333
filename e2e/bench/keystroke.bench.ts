// What a key costs in our editor, beside CodeMirror alone and the stock Yjs editor, turn by turn in one run. Prints; asserts no time.
import { expect, test } from "@playwright/test";
import { arrive, type Contender, CONTENDERS, makeDocument, makeStage } from "./contenders.ts";
import { history, prose, SIZES, writeHistory } from "./documents.ts";
import { figuresOf, KEY_COLUMNS, type Keys, typed, watchKeys } from "./measure.ts";
import { print } from "./table.ts";

const ROUNDS = 3;
const WORDS = "some words typed at the end of it all, and a few more to go ";

/** Milliseconds between two keys. */
const KEY_MS = 10;

const trace = process.env["INKLING_TRACE"];

test("keystrokes", async ({ browser }) => {
  const stage = await makeStage(browser);
  for (const kilobytes of SIZES) {
    const text = prose(kilobytes);
    await compare(`${kilobytes} KB`, (title) => makeDocument(stage, title, text));
  }
  if (trace === undefined) {
    console.log("\n(no editing history: give one with --trace FILE.json.gz)");
  } else {
    const { edits, text, update } = history(trace);
    await compare(`${edits} edits`, async (title) => {
      const id = await makeDocument(stage, title, "");
      await writeHistory(stage.server.url, stage.room, id, update, text);
      return id;
    });
  }
  await stage.server.dispose();

  async function compare(name: string, make: (title: string) => Promise<string>): Promise<void> {
    const tabs = [];
    for (const contender of CONTENDERS) {
      const { person, openMs } = await arrive(stage, await make(`${name}, ${contender}`), contender);
      await watchKeys(person.page);
      tabs.push({ contender, person, openMs });
    }
    console.log(`\n${name}: opened in ${tabs.map(({ contender, openMs }) => `${openMs.toFixed(0)} ms (${contender})`).join(", ")}`);
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
      print(`at the ${place}, ms`, KEY_COLUMNS, new Map([...keys].map(([contender, rounds]) => [contender, figuresOf(rounds)])));
    }
    for (const { person } of tabs) await person.leave();
  }
});
