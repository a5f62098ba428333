// What input methods do, by the protocol that a browser's own tests use, while somebody else writes in the same line.

import { type CDPSession, expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

/** Composed, in place of text that is there already where it says from where to where; taken; or a key. */
type Stage = { composed: string; replaces?: readonly [number, number] } | { taken: string } | { key: string };

const stages = (...texts: string[]): Stage[] => texts.map((composed) => ({ composed }));

interface Case {
  what: string;
  /** The caret is at `¦`. */
  line: string;
  stages: readonly Stage[];
  after: string;
  /** Where; everywhere when it does not say. */
  only?: "text";
}

/** What is replaced is counted as it is seen: without marks. */
const CASES: readonly Case[] = [
  {
    what: "Japanese in two clauses, converted, converted once more, and one that is given up",
    line: "a¦b",
    stages: [...stages("わ", "わた", "わたし", "わたしは", "私は", "渡しは"), { taken: "私は" }, ...stages("か", "かん", ""), { composed: "渡", replaces: [1, 2] }, { taken: "渡" }],
    after: "a渡はb",
  },
  {
    what: "Korean syllables that replace each other, and end with a blank and with an arrow",
    line: "a¦b",
    stages: [...stages("ㅎ", "하", "한"), { taken: "한" }, ...stages("ㄱ", "그", "글"), { taken: "글" }, { key: "Space" }, ...stages("ㅇ", "아"), { taken: "아" }, { key: "ArrowLeft" }, ...stages("ㄴ"), { taken: "나" }],
    after: "a한글 나아b",
  },
  { what: "a dead key", line: "caf¦ b", stages: [...stages("´"), { taken: "é" }, { key: "x" }], after: "caféx b" },
  {
    what: "a phone that composes words, and puts a suggestion in place of one that was taken already",
    line: "¦b",
    stages: [...stages("h", "he", "hel"), { taken: "hello" }, { taken: " " }, ...stages("wor"), { taken: "world" }, { composed: "help", replaces: [0, 5] }, { taken: "help" }],
    after: "help worldb",
  },
  { what: "within bold words, whose marks come into view", line: "see **bo¦ld** words", stages: [...stages("に", "日本"), { taken: "日本" }], after: "see **bo日本ld** words", only: "text" },
  { what: "behind bold words", line: "see **bold**¦ words", stages: [...stages("ㅎ", "하", "한"), { taken: "한" }], after: "see **bold**한 words", only: "text" },
  { what: "before a link", line: "see ¦[words](https://example.org) and", stages: [...stages("に", "日本"), { taken: "日本" }], after: "see 日本[words](https://example.org) and", only: "text" },
  { what: "at the beginning of an item", line: "- ¦item", stages: [...stages("´"), { taken: "é" }, ...stages("ㅎ", "하"), { taken: "하" }], after: "- é하item", only: "text" },
  { what: "behind the box of a task", line: "- [ ] ¦task", stages: [...stages("に", "日本"), { taken: "日本" }], after: "- [ ] 日本task", only: "text" },
];

/** Behind this the other one writes. */
const END = " ;";

test.describe("what is composed", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("while another writes in the same line is there once, in the text, in a cell and in a field", async () => {
    test.setTimeout(180_000);
    const { ada, room, server } = desk;
    const { page } = ada;
    const devtools = await ada.context.newCDPSession(page);
    const other = new StockClient(server.url, room.documentId, await documentToken(room.owner, room.documentId));
    await other.synced();
    const told: string[] = [];
    page.on("console", (message) => message.text().includes("another text") && told.push(message.text()));
    for (const place of ["text", "cell", "field"] as const) {
      if (place === "field") await ada.turnTo("Plain");
      for (const one of CASES.filter(({ only }) => place !== "cell" || only !== "text")) {
        await test.step(`${one.what}, in a ${place}`, async () => {
          const whole = (line: string) => (place === "cell" ? `| a |\n| --- |\n| ${line} |\n\nbelow\n` : `${line}\n\nbelow\n`);
          const [before = "", behind = ""] = one.line.split("¦");
          other.doc.transact(() => {
            other.text.delete(0, other.text.length);
            other.text.insert(0, whole(before + behind + END));
          });
          await until("the line is shown", async () => (await ada.sources()).every((source) => source === whole(before + behind + END)));
          await page.evaluate(put, [place, whole(before).indexOf(before) + before.length, before.length] as const);
          let letters = "";
          for (const stage of one.stages) {
            letters += String.fromCharCode(97 + (letters.length % 26));
            const at = other.text.toString().indexOf(END) + END.length + letters.length - 1;
            other.text.insert(at, letters.at(-1)!);
            await act(devtools, page, stage);
          }
          const text = whole(one.after + END + letters);
          const texts = async () => [...(await ada.sources()), other.text.toString()];
          await until(one.what, async () => (await texts()).every((found) => found === text)).catch(async () => {
            expect(await texts(), `${one.what}, in a ${place}`).toEqual((await texts()).map(() => text));
          });
        });
      }
    }
    other.destroy();
    expect(told).toEqual([]);
  });
});

async function act(devtools: CDPSession, page: Page, stage: Stage): Promise<void> {
  if ("key" in stage) return page.keyboard.press(stage.key);
  // What a page is told of a key that an input method takes.
  await devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: 229, key: "Process", code: "KeyA" });
  if ("taken" in stage) await devtools.send("Input.insertText", { text: stage.taken });
  else {
    const { composed: text, replaces } = stage;
    const range = replaces === undefined ? {} : { replacementStart: replaces[0], replacementEnd: replaces[1] };
    await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length, ...range });
  }
  await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", windowsVirtualKeyCode: 229, key: "Process", code: "KeyA" });
}

/** Puts the caret there: at an offset of the text, or of a cell. */
function put([place, at, within]: readonly ["text" | "cell" | "field", number, number]): void {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
  const content = document.querySelector(".cm-content") as unknown as { cmTile: { root: { view: { state: { doc: string }; dispatch(spec: object): void; focus(): void } } } };
  const { view } = content.cmTile.root;
  if (place === "field") {
    field.focus();
    field.setSelectionRange(at, at);
  } else if (place === "cell") {
    // A table that somebody writes in as it is has no cells.
    view.dispatch({ selection: { anchor: view.state.doc.length } });
    const cell = [...document.querySelectorAll<HTMLElement>(".md-cell")].at(-1)!;
    cell.focus();
    getSelection()!.collapse(cell.firstChild, within);
  } else {
    view.focus();
    view.dispatch({ selection: { anchor: at } });
  }
}
