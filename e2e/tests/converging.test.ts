// All faces of one document at once, while people write in them as it comes.

import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { generator } from "../harness/random.ts";
import { join } from "../harness/room.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

/** How long they write, and what they do. */
const WRITING_MS = Number(process.env["INKLING_CONVERGING_MS"] ?? 20_000);
const SEED = Number(process.env["INKLING_CONVERGING_SEED"] ?? 1);

/** After so long everybody rests, and all is compared. */
const REST_MS = 5_000;

const FACES = ["Write", "Source", "Plain", "Read"];

const WORDS = ["word ", "**bold** ", "- ", "[ ] ", "| a | b |", "# ", "> ", "`code` ", "é", "a link ", "_"];
const PASTES = ["😀👩‍👩‍👧🎉", "| a | b |\n| --- | --- |\n| one | two |\n", "> [!note] Said\n> twice\n\n", "several words with **marks** and [a link](https://example.org)", "\n\n"];
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Control+Home", "Control+End", "Control+ArrowLeft", "Shift+ArrowLeft", "Shift+Control+ArrowRight"];

test.describe("one text in all its faces", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("is the same for everybody at every rest, however they write in it", async ({ browser }) => {
    test.setTimeout(90_000 + WRITING_MS * 3);
    const { ada, ben, room, server } = desk;
    const people = [ada, ben];
    for (const name of ["cleo", "dan"]) people.push(await Person.arrive(browser, server.url, await join(server, room, name, "editor")));
    await room.owner.put(desk.contentPath, "# A text\n\n- [ ] one\n- two\n\n| a | b |\n| --- | --- |\n| one | two |\n\nThe end.\n");
    const mended: string[] = [];
    for (const { page } of people) page.on("console", (message) => message.text().includes("another text") && mended.push(message.text()));
    for (const person of people.slice(2)) await person.openDocument(room.documentId);

    const below = generator(SEED);
    let edits = 0;
    let faces = FACES;
    for (let rest = 0; rest * REST_MS < WRITING_MS; rest += 1) {
      // Each goes on in another face than before.
      faces = people.map((_, at) => FACES[(at + rest) % FACES.length]!);
      for (const [at, person] of people.entries()) await person.turnTo(faces[at]!);
      const end = Date.now() + REST_MS;
      const counts = await Promise.all(people.map((person, at) => write(person, faces[at]!, generator(below(2 ** 31)), end)));
      edits += counts.reduce((sum, count) => sum + count, 0);
      await test.step(`rest ${rest}, of seed ${SEED}`, () => compare(desk, people));
    }
    expect(edits).toBeGreaterThan(WRITING_MS / 1_000);
    // The page that is read, which follows when there is time for it, is the one that somebody gets who turns to it now.
    const reader = people[faces.indexOf("Read")]!;
    const other = people.find((person) => person !== reader)!;
    await other.turnTo("Read");
    const page = ({ page }: Person) => page.locator(".read-section").evaluateAll((all) => all.map((one) => one.innerHTML).join(""));
    await expect(async () => expect(await page(reader)).toBe(await page(other))).toPass({ timeout: 15_000 });
    // An editor that had to be mended had shown something else than its replica.
    expect(mended).toEqual([]);
  });
});

/** Answers how much was done. */
async function write({ page }: Person, face: string, below: (bound: number) => number, end: number): Promise<number> {
  const { keyboard } = page;
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let count = 0;
  for (; face !== "Read" && Date.now() < end; count += 1) {
    const kind = below(20);
    if (kind < 9) await keyboard.type(pick(WORDS), { delay: 2 });
    else if (kind < 11) for (let times = below(6); times >= 0; times -= 1) await keyboard.press(pick(["Backspace", "Delete", "Control+Backspace"]));
    else if (kind === 11) await keyboard.press("Enter");
    else if (kind === 12) await keyboard.insertText(pick(PASTES));
    else if (kind < 15) await keyboard.press(pick(["Control+z", "Control+z", "Control+Shift+z"]));
    else await keyboard.press(pick(MOVES));
  }
  return count;
}

async function compare(desk: Desk, people: readonly Person[]): Promise<void> {
  for (const person of people) await person.saved();
  const stored = () => desk.room.owner.text(desk.contentPath);
  await until("everybody shows what is stored", async () => {
    const text = await stored();
    const shown = await Promise.all(people.map((person) => person.sources()));
    return shown.every((all) => all.every((one) => one === text));
  }).catch(async () => {
    const text = await stored();
    const shown = await Promise.all(people.map((person) => person.sources()));
    expect(shown).toEqual(shown.map((all) => all.map(() => text)));
  });
}
