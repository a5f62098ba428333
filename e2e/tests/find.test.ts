import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

const TEXT = `A word, and the same Word again.

| fruit | where it grows |
| --- | --- |
| apple | in the **orchard** |
${Array.from({ length: 60 }, (_, at) => `| fruit ${at} | elsewhere |\n`).join("")}| last | a word |
`;

test.describe("finding", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("the bar tells which match one is at, that there is none, and what is wrong with a pattern", async () => {
    const { ada } = desk;
    await desk.room.owner.put(desk.contentPath, TEXT);
    await expect(ada.editor).not.toBeEmpty();
    await ada.editor.focus();
    await ada.page.keyboard.press("Control+f");
    const told = ada.page.getByTestId("find-count");
    const field = ada.page.getByRole("textbox", { name: "Find" });
    await field.fill("word");
    await expect(told).toHaveText("3 results");
    await field.press("Enter");
    await field.press("Enter");
    await expect(told).toHaveText("2 of 3");
    await ada.page.getByRole("checkbox", { name: "Match case" }).check();
    await expect(told).toHaveText("2 results");
    await field.fill("nowhere");
    await expect(told).toHaveText("No results");
    await ada.page.getByRole("checkbox", { name: "Regular expression" }).check();
    await field.fill("wo(rd");
    await expect(told).toHaveText(/^Not a valid pattern: ./);
    await field.press("Escape");
    await expect(ada.editor).toBeFocused();
    await expect(told).toHaveCount(0);
  });

  test("what is found in a table is marked in its cells, and gone to", async () => {
    const { ada } = desk;
    await desk.room.owner.put(desk.contentPath, TEXT);
    await expect(ada.page.locator(".md-table")).toHaveCount(1);
    await ada.editor.focus();
    await ada.page.keyboard.press("Control+f");
    const field = ada.page.getByRole("textbox", { name: "Find" });
    await field.fill("orchard");
    await field.press("Enter");
    const current = () => ada.page.evaluate(() => [...(CSS.highlights.get("found-current") ?? [])].map(String));
    await expect.poll(current).toEqual(["orchard"]);
    await expect(ada.page.locator(".md-table")).toHaveCount(1);
    await field.fill("a word");
    await field.press("Enter");
    await expect.poll(current).toEqual(["a word"]);
    await expect(ada.page.locator(".md-cell").last()).toBeInViewport();
    await ada.page.getByRole("textbox", { name: "Replace with" }).fill("a tree");
    await ada.page.getByRole("textbox", { name: "Replace with" }).press("Enter");
    await expect(ada.page.locator(".md-cell").last()).toHaveText("a tree");
    await expect.poll(() => desk.room.owner.text(desk.contentPath)).toBe(TEXT.replace("| a word |", "| a tree |"));
  });
});
