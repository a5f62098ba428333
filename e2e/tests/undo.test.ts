import { expect } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test("undo takes back what was written before a reload, and nobody else's, and gives the selection back", async ({ browser }) => {
  const desk = await Desk.lay(browser);
  const { ada, ben } = desk;
  await ada.toEnd();
  await ada.type("one two three");
  await ada.saved();
  await ada.page.reload();
  await ada.opened();
  await ada.toEnd();
  for (let step = 0; step < 5; step += 1) await ada.page.keyboard.press("Shift+ArrowLeft");
  await ada.type("3");
  await ada.saved();
  await expect(ben.editor).toHaveText("one two 3");
  await ben.toStart();
  await ben.type("Ben: ");
  await ben.saved();
  await expect(ada.editor).toHaveText("Ben: one two 3");
  await ada.page.reload();
  await ada.opened();
  await expect(ada.editor).toHaveText("Ben: one two 3");
  await ada.editor.focus();
  await ada.page.keyboard.press("Control+z");
  await expect(ada.editor).toHaveText("Ben: one two three");
  await until("what was replaced is selected again", async () => {
    return (await ada.page.evaluate(() => getSelection()?.toString())) === "three";
  });
  await ada.page.keyboard.press("Control+z");
  await expect(ada.editor).toHaveText("Ben:");
  await ada.page.keyboard.press("Control+z");
  await expect(ben.editor).toHaveText("Ben:");
  await desk.clear();
});
