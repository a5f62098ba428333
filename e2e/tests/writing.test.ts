import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import type { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("two people in one document", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("both type in one paragraph at the same time, with emoji and an input method, and hold the same text", async () => {
    const { ada, ben, room } = desk;
    await ada.toEnd();
    await ada.type("The middle.");
    await expect(ben.editor).toContainText("The middle.");
    await ada.toStart();
    await ben.toEnd();
    await Promise.all([
      (async () => {
        await ada.type("From the left ");
        await ada.compose(["に", "にほ", "にほん", "日本"]);
        await ada.type(" 😀👩‍👩‍👧 é ");
      })(),
      (async () => {
        await ben.type(" From the right");
        await ben.compose(["ㅎ", "하", "한"]);
        await ben.type(" 🎉 done.");
      })(),
    ]);
    const text = await desk.equalTexts();
    expect(text).toBe("From the left 日本 😀👩‍👩‍👧 é The middle. From the right한 🎉 done.");
    await Promise.all([ada.saved(), ben.saved()]);
    expect(await room.owner.text(desk.contentPath)).toBe(text);
  });

  test("each sees the other's caret where it is, also after typing before it", async () => {
    const { ada, ben } = desk;
    await ada.toEnd();
    await ada.type("one two three");
    await expect(ben.editor).toContainText("one two three");
    await ben.toEnd();
    for (let steps = 0; steps < 6; steps += 1) await ben.page.keyboard.press("ArrowLeft");
    await caretIsDrawnAt(ada, 7);
    await caretIsDrawnAt(ben, 13);
    await ada.toStart();
    await ada.type("zero ");
    await caretIsDrawnAt(ada, 12);
    await caretIsDrawnAt(ben, 5);
    await expect(ada.carets.locator(".person-flag")).toHaveText("ben");
  });

  test("undo takes back one's own text and leaves the other's", async () => {
    const { ada, ben } = desk;
    await ada.toEnd();
    await ada.type("ada writes. ");
    await expect(ben.editor).toContainText("ada writes.");
    await ben.toEnd();
    await ben.type("ben writes.");
    await expect(ada.editor).toContainText("ben writes.");
    await ada.editor.focus();
    await until("ada's text is taken back", async () => {
      await ada.page.keyboard.press("Control+z");
      return !(await ada.text()).includes("ada");
    });
    expect(await desk.equalTexts()).toBe("ben writes.");
    await ada.page.keyboard.press("Control+Shift+Z");
    await expect(ben.editor).toContainText("ada writes.");
    await desk.equalTexts();
  });

  test("a title changed by one is changed for the other", async () => {
    const { ada, ben } = desk;
    const title = ada.page.getByTestId("document-title");
    await title.fill("Minutes <b>of</b> today");
    await title.press("Enter");
    await expect(ben.page.getByTestId("document-title")).toHaveValue("Minutes <b>of</b> today");
  });

  test("a title that was changed while the page was closed is the new one when it is opened", async () => {
    const { ada, ben, room } = desk;
    await ada.page.goto("about:blank");
    await room.owner.ok("PATCH", `/api/v1/documents/${room.documentId}`, { title: "Renamed" });
    await expect(ben.page.getByTestId("document-title")).toHaveValue("Renamed");
    await ada.openDocument(room.documentId);
    await expect(ada.page.getByTestId("document-title")).toHaveValue("Renamed");
  });

  test("a power cut while both type loses nothing that was called saved, and both go on without a reload", async () => {
    const { ada, ben, server, room } = desk;
    await ada.watchSaved();
    await ben.watchSaved();
    await ada.toStart();
    await ben.toEnd();
    const words = (name: string) => Array.from({ length: 60 }, (_, at) => `${name}${at} `);
    const typing = Promise.all([
      (async () => {
        for (const word of words("a")) await ada.type(word, 15);
      })(),
      (async () => {
        for (const word of words("b")) await ben.type(word, 15);
      })(),
    ]);
    const isPromised = async (person: Person) => /[ab]\d+ /.test(await person.lastSavedText());
    await until("both are told that some of it is saved", async () => (await isPromised(ada)) && (await isPromised(ben)));
    await server.kill();
    const promised = [await ada.lastSavedText(), await ben.lastSavedText()];
    await typing;
    await expect(ada.saveState).not.toHaveAttribute("data-state", "saved");

    // What is on disk, before any tab can mend it.
    const stored = await server.storedText(desk.contentPath, room.owner.cookie);
    for (const text of promised) {
      const promisedWords = text.match(/[ab]\d+ /g) ?? [];
      expect(promisedWords.length).toBeGreaterThan(0);
      for (const word of promisedWords) expect(stored).toContain(word);
    }

    await server.boot();
    await Promise.all([ada.saved(), ben.saved()]);
    const text = await desk.equalTexts();
    for (const word of [...words("a"), ...words("b")]) expect(text).toContain(word.trim());
    expect(await room.owner.text(desk.contentPath)).toBe(text);
  });
});

/** Asserts that the one other caret is drawn at an offset of the text. */
async function caretIsDrawnAt(person: Person, offset: number): Promise<void> {
  await until(`a caret at ${offset}`, async () => {
    if ((await person.carets.count()) !== 1) return false;
    const drawn = await person.carets.first().boundingBox();
    const wanted = await person.characterBox(offset);
    return drawn !== null && Math.abs(drawn.x - wanted.left) <= 3 && Math.abs(drawn.y - wanted.top) <= 6;
  });
}
