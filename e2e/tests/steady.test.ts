import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

/** What has a height of its own, and stands above what is read. */
const ABOVE = "# Title\n\n## Part\n\nIn the part.\n\n| a | b |\n| --- | --- |\n| one | two |\n\n> [!note] Said\n> once\n\n";
const LONG = Array.from({ length: 80 }, (_, at) => `Paragraph ${at} of a text.\n`).join("\n");
const READ = "Paragraph 40 of a text.";

/** What somebody else does above it. */
const EDITS: readonly ((text: string) => { at: number; remove?: number; insert?: string })[] = [
  () => ({ at: 0, insert: "Right at the beginning.\n\n" }),
  (text) => ({ at: text.indexOf("| one"), insert: "| more | words |\n".repeat(5) }),
  (text) => ({ at: text.indexOf("> once"), insert: "> - item\n".repeat(4) }),
  (text) => ({ at: text.indexOf("In the part"), insert: `${"Many words. ".repeat(60)}\n\n` }),
  (text) => ({ at: text.indexOf("Paragraph 39"), insert: "Many words right above what is read. ".repeat(20) }),
  (text) => ({ at: text.indexOf("| a | b |"), insert: "![an icon](/favicon.png|300x240)\n\n![another](/nowhere.png)\n\n" }),
  (text) => ({ at: text.indexOf("Paragraph 38"), insert: "| a | b |\n| --- | --- |\n| one | two |\n| one | two |\n\n" }),
  (text) => ({ at: text.indexOf("| more"), remove: "| more | words |\n".length * 3 }),
  (text) => ({ at: text.indexOf("Paragraph 20"), remove: text.indexOf("Paragraph 30") - text.indexOf("Paragraph 20") }),
  (text) => ({ at: text.indexOf("# Title"), remove: text.indexOf("Paragraph 10") - text.indexOf("# Title") }),
];

test.describe("what others write above", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("never moves what is read, nor what is written, in any face", async () => {
    test.setTimeout(120_000);
    const { ada, room, server } = desk;
    const other = new StockClient(server.url, room.documentId, await documentToken(room.owner, room.documentId));
    await other.synced();
    const failures: string[] = [];
    for (const face of ["Write", "Source", "Read", "Plain"]) {
      for (const isWriting of face === "Read" ? [false] : [false, true]) {
        other.doc.transact(() => {
          other.text.delete(0, other.text.length);
          other.text.insert(0, ABOVE + LONG);
        });
        await ada.turnTo(face);
        await until("the text is there", async () => (await ada.sources()).every((source) => source === ABOVE + LONG));
        if (face === "Read") await until("the page has followed", () => ada.page.evaluate(readsAnew));
        expect(await ada.page.evaluate(scrollTo, [READ, isWriting] as const), `it is in view in ${face}`).toBe(true);
        if (isWriting) {
          await ada.page.evaluate(place, READ);
          await ada.page.keyboard.press("End");
          await ada.type(" ");
        } else await ada.page.getByTestId("document-title").focus();
        await ada.page.evaluate(settled);
        let before = await ada.page.evaluate(heightOf, READ);
        for (const [number, edit] of EDITS.entries()) {
          const { at, remove = 0, insert = "" } = edit(other.text.toString());
          other.doc.transact(() => {
            other.text.delete(at, remove);
            other.text.insert(at, insert);
            other.text.insert(other.text.toString().indexOf(READ) + READ.length, `·${number}`);
          });
          if (isWriting) await ada.type("x");
          // The same line says which edit it is, and is still in view.
          await until(`edit ${number} is seen in ${face}`, () => ada.page.evaluate(shows, `·${number}`));
          await ada.page.evaluate(settled);
          const after = await ada.page.evaluate(heightOf, READ);
          if (after === null || before === null || Math.abs(after - before) > 1) failures.push(`${face}, ${isWriting ? "writing" : "reading"}, edit ${number}: from ${before} to ${after}`);
          before = after;
        }
      }
    }
    other.destroy();
    expect(failures).toEqual([]);
  });
});

/** Nothing of the text before. */
function readsAnew(): boolean {
  return !document.querySelector("[data-testid=read]")!.textContent!.includes("·");
}

function shows(words: string): boolean {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
  if (!field.hidden) return field.value.includes(words);
  return (document.querySelector("[data-testid=read]") ?? document.querySelector(".cm-content")!).textContent!.includes(words);
}

/** Goes through the text until the paragraph is the first in view, or in the middle where there is to be something in view above it. */
async function scrollTo([words, isWriting]: readonly [string, boolean]): Promise<boolean> {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
  const scroller = field.hidden ? (document.querySelector<HTMLElement>("[data-testid=read]") ?? document.querySelector<HTMLElement>(".cm-scroller")!) : field;
  const box = scroller.getBoundingClientRect();
  for (scroller.scrollTop = 0; ; ) {
    if (!field.hidden) {
      const from = field.value.indexOf(words);
      const at = document.caretPositionFromPoint(box.left + box.width / 2, box.top + (isWriting ? box.height / 2 : 20))?.offset ?? 0;
      if (at >= from && at <= from + words.length) return true;
    } else {
      await new Promise((then) => requestAnimationFrame(then));
      const found = [...scroller.querySelectorAll("p, .cm-line")].find((one) => one.textContent?.startsWith(words))?.getBoundingClientRect();
      if (found !== undefined && found.bottom > box.top && found.top < box.bottom) {
        scroller.scrollTop += found.top - box.top - (isWriting ? box.height / 2 : 4);
        return true;
      }
    }
    const before = scroller.scrollTop;
    scroller.scrollTop += field.hidden ? 200 : 10;
    if (scroller.scrollTop === before) return false;
  }
}

/** How far down the window the paragraph is seen; null while it is not. */
function heightOf(words: string): number | null {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
  if (!field.hidden) {
    const from = field.value.indexOf(words);
    const end = field.value.indexOf("\n", from);
    const box = field.getBoundingClientRect();
    for (let y = box.top + 1; y < box.bottom; y += 1) {
      const at = document.caretPositionFromPoint(box.left + box.width / 2, y);
      if (at !== null && at.offset >= from && at.offset <= end) return y;
    }
    return null;
  }
  const read = document.querySelector<HTMLElement>("[data-testid=read]");
  const all = read === null ? document.querySelectorAll(".cm-line") : read.querySelectorAll("p");
  const found = [...all].find((one) => one.textContent?.startsWith(words));
  return found === undefined ? null : found.getBoundingClientRect().top;
}

function place(words: string): void {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
  if (!field.hidden) {
    field.focus({ preventScroll: true });
    const at = field.value.indexOf(words);
    field.setSelectionRange(at, at);
    return;
  }
  const line = [...document.querySelectorAll(".cm-line")].find((one) => one.textContent?.startsWith(words))!;
  document.querySelector<HTMLElement>(".cm-content")!.focus({ preventScroll: true });
  getSelection()!.collapse(line, 0);
}

/** After images are there and all is drawn. */
async function settled(): Promise<void> {
  // One that is out of view may wait until it comes.
  await Promise.all([...document.images].filter(({ loading }) => loading !== "lazy").map((image) => image.decode().catch(() => undefined)));
  for (let frame = 0; frame < 3; frame += 1) await new Promise((then) => requestAnimationFrame(then));
}
