// What a key, a step of the caret and a turn of the wheel cost in documents of hard shapes. Prints; asserts no time.
import { expect, type Page, test } from "@playwright/test";
import type { Person } from "../harness/person.ts";
import { busyMs } from "./busy.ts";
import { arrive, type Contender, makeDocument, makeStage } from "./contenders.ts";
import { type Keys, typed, watchKeys } from "./measure.ts";
import { PLACES, shapes } from "./shapes.ts";
import { percentile, print } from "./table.ts";

const TYPED_INTO = ["ours", "source", "stock"] as const satisfies Contender[];

const WORDS = "some words typed there ";

/** Milliseconds between two keys. */
const KEY_MS = 30;

const STEPS = 20;

const COLUMNS = ["task p50", "task p95", "paint p50", "busy/key", "busy/caret", "busy/wheel"];

test("shapes", async ({ browser }) => {
  const stage = await makeStage(browser);
  // One that the server has anyway.
  const picture = /href="([^"]+\.(?:png|svg))"/.exec(await stage.room.owner.text("/"))?.[1];
  if (picture === undefined) throw new Error("the page names no icon");
  for (const { name, text } of shapes(stage.server.url + picture)) {
    const figures = new Map(PLACES.map((place) => [place, new Map<Contender, number[]>()]));
    const opened = [];
    for (const contender of TYPED_INTO) {
      const { person, openMs } = await arrive(stage, await makeDocument(stage, `${name}, ${contender}`, text), contender);
      await watchKeys(person.page);
      opened.push(`${openMs.toFixed(0)} ms (${contender})`);
      for (const place of PLACES) {
        await goTo(person, `Here is the ${place} line`);
        const warm = await typed(person.page, WORDS, KEY_MS);
        expect(warm.task.length).toBe(WORDS.length);
        figures.get(place)!.set(contender, await cost(person.page));
      }
      await person.leave();
    }
    console.log(`\n${name}, ${(text.length / 1000).toFixed(0)} KB: opened in ${opened.join(", ")}`);
    for (const place of PLACES) print(`${place}, ms`, COLUMNS, figures.get(place)!);
  }
  await stage.server.dispose();
});

async function cost(page: Page): Promise<number[]> {
  const keys: Keys = await typed(page, WORDS, KEY_MS);
  const caret = await busyMs(page, () => steps(page, (index) => page.keyboard.press(index % 2 === 0 ? "ArrowUp" : "ArrowDown")));
  const wheel = await busyMs(page, () => steps(page, (index) => page.mouse.wheel(0, index < STEPS / 2 ? 240 : -240)));
  return [percentile(keys.task, 50), percentile(keys.task, 95), percentile(keys.paint, 50), keys.busy, caret / STEPS, wheel / STEPS];
}

/** Each is done when its frame is. */
async function steps(page: Page, step: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < STEPS; index++) {
    await step(index);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

/** Puts the caret behind these words, and the mouse over the text. */
async function goTo(person: Person, words: string): Promise<void> {
  await person.editor.focus();
  await person.page.evaluate((words) => {
    // As `EditorView.findFromDOM` finds it.
    const content = document.querySelector(".cm-content") as unknown as {
      cmTile: { root: { view: { state: { doc: { toString(): string } }; dispatch(spec: object): void } } };
    };
    const { view } = content.cmTile.root;
    view.dispatch({ selection: { anchor: view.state.doc.toString().indexOf(words) + words.length }, scrollIntoView: true, userEvent: "select" });
  }, words);
  await person.editor.hover({ position: { x: 200, y: 200 }, force: true }).catch(() => person.page.mouse.move(600, 400));
}
