import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import type { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";
import { topLine } from "../harness/top.ts";
import { until } from "../harness/until.ts";

test.describe("what the reader chooses", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("the text is set as one likes it, in every face, stays where it is read, and is so again after a reload", async () => {
    const { ada } = desk;
    const { page } = ada;
    const text = Array.from({ length: 300 }, (_, at) => `line **${at}** of a text that is long enough to be broken where lines are short, and not where they are wide\n`).join("\n");
    await desk.room.owner.put(desk.contentPath, text);
    await expect(ada.editor).not.toBeEmpty();
    await page.locator(".cm-scroller").evaluate((scroller) => (scroller.scrollTop = 3_000));
    const top = () => page.evaluate(topLine);
    await until("it has scrolled", async () => (await top()) > 20);
    const before = await top();
    const stays = (what: string) => until(`${what} shows line ${before}`, async () => Math.abs((await top()) - before) <= 1);

    // By the keyboard alone: the faces are rows, and the choices are groups of their own.
    await page.getByTestId("face").focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("radio", { name: "Standard" })).toBeVisible();
    await page.getByRole("radio", { name: "Standard" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("radio", { name: "Serif", exact: true })).toBeChecked();
    await stays("Serif");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("radio", { name: "Wide" })).toBeChecked();
    await stays("Wide");
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await give(ada, "larger text");
    await stays("Larger");
    for (const face of ["plain", "read", "source", "write"]) {
      await give(ada, `${face}:`);
      await stays(face);
      await give(ada, "narrow lines");
      await stays(`${face}, narrow`);
      await give(ada, "wide lines");
      await stays(`${face}, wide`);
    }
    await page.reload();
    await ada.opened();
    const set = await ada.editor.evaluate((content) => {
      const { fontFamily, fontSize, maxWidth } = getComputedStyle(content);
      return { fontFamily, fontSize, maxWidth: parseFloat(maxWidth) };
    });
    expect(set.fontFamily).toContain("Serif");
    expect(set.fontSize).toBe("18px");
    expect(set.maxWidth).toBeGreaterThan(800);

    // As narrow as a small phone, with the largest letters: nothing has to be scrolled sideways.
    await page.setViewportSize({ width: 320, height: 640 });
    for (let step = 0; step < 3; step += 1) await give(ada, "larger text");
    await give(ada, "lines as wide as the page");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await page.getByTestId("face").click();
    await expect(page.getByRole("radio", { name: "Largest" })).toBeChecked();
    expect(await page.locator(".menu:popover-open").evaluate((menu) => menu.getBoundingClientRect().right <= innerWidth && menu.scrollWidth <= menu.clientWidth)).toBe(true);
  });

  test("in focus and on the typewriter one's own line is what one sees, whoever else writes", async () => {
    const { ada, ben } = desk;
    const { page } = ada;
    const text = Array.from({ length: 120 }, (_, at) => `paragraph ${at} of the text\n`).join("\n");
    await desk.room.owner.put(desk.contentPath, text);
    await expect(ada.editor).not.toBeEmpty();
    await give(ada, "typewriter");
    await give(ada, "focus on the paragraph");
    await ada.toEnd();
    await ada.type("\n\nmine");
    // When all that came has been drawn.
    const height = () => page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      const box = document.querySelector(".cm-scroller")!.getBoundingClientRect();
      const caret = document.querySelector(".cm-cursor-primary")!.getBoundingClientRect();
      return (caret.top - box.top) / box.height;
    });
    await until("the line is at its height", async () => Math.abs((await height()) - 0.4) < 0.03);
    await ada.type("\n\nand more of mine");
    await until("the line is at its height again", async () => Math.abs((await height()) - 0.4) < 0.03);
    const colour = (words: string) => page.locator(".cm-line", { hasText: words }).first().evaluate((line) => getComputedStyle(line).color);
    const own = await colour("and more of mine");
    const quiet = await colour("paragraph 119");
    expect(quiet).not.toBe(own);
    expect(await page.locator(".shell-side").evaluate((side) => getComputedStyle(side).opacity)).toBe("0");
    await expect(ada.saveState).toBeVisible();

    // Another writes above, at length: neither the line nor the text around it moves, and their flag is as it always is.
    const seen = await height();
    await ben.toStart();
    await ben.type("above, and over several lines\n\nof it\n\n", 2);
    await expect.poll(() => desk.room.owner.text(desk.contentPath)).toContain("of it\n\nparagraph 0");
    expect(Math.abs((await height()) - seen)).toBeLessThan(0.01);
    await ben.page.keyboard.press("Control+End");
    await ben.type("!");
    await expect(ada.carets).toBeVisible();
    expect(await ada.carets.evaluate((caret) => getComputedStyle(caret).opacity)).toBe("1");
    expect(await findings(page)).toEqual([]);

    // Esc leaves the focus, and the same command comes back to it.
    await ada.editor.focus();
    await page.keyboard.press("Escape");
    await expect.poll(() => colour("paragraph 119")).toBe(own);
    await page.keyboard.press("Control+Shift+F");
    await expect.poll(() => colour("paragraph 119")).toBe(quiet);
  });

  test("with Vim's keys a word is deleted, and brought back by u, while another writes", async () => {
    const { ada, ben } = desk;
    const { page } = ada;
    const line = page.getByTestId("vim-line");
    await give(ada, "vim");
    await expect(line).toContainText("Normal");
    await ada.editor.focus();
    await ada.type("ione two three");
    await expect(line).toContainText("Insert");
    await page.keyboard.press("Escape");
    await expect(line).toContainText("Normal");
    await ben.toEnd();
    const typing = ben.type(" of ben", 20);
    await ada.type("bbdw", 10);
    await typing;
    await expect.poll(() => desk.equalTexts()).toBe("one three of ben");
    await ada.type("u");
    await expect.poll(() => desk.equalTexts()).toBe("one two three of ben");
    await page.keyboard.press("Control+r");
    await expect.poll(() => desk.equalTexts()).toBe("one three of ben");
    await ada.type(":w\n");
    await expect(line).toContainText("saved by itself");
    await expect(ada.editor).toBeFocused();
    // Out of the text by the keyboard, and out of Vim's keys.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect(line.getByRole("button", { name: "Turn off" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(line).toHaveCount(0);
    await page.keyboard.press("End");
    await ada.type("!");
    await expect.poll(() => desk.equalTexts()).toBe("one three of ben!");
  });

  test("ten thousand that are found are replaced in one step, which the other gets whole and one undo takes back", async () => {
    const { ada, ben } = desk;
    const text = Array.from({ length: 10_000 }, (_, at) => `item ${at}`).join("\n");
    await desk.room.owner.put(desk.contentPath, text);
    await expect(ada.editor).not.toBeEmpty();
    await ada.editor.focus();
    await ada.page.keyboard.press("Control+f");
    await ada.type("^item (\\d+)$");
    await ada.page.getByRole("checkbox", { name: "Regular expression" }).check();
    await ada.page.getByRole("textbox", { name: "Replace with" }).fill("$1: thing");
    await ada.page.getByRole("button", { name: "Replace all" }).press("Enter");
    const replaced = text.replace(/^item (\d+)$/gm, "$1: thing");
    await until("all are replaced", async () => (await desk.room.owner.text(desk.contentPath)) === replaced);
    await expect(ben.page.locator(".cm-line").first()).toHaveText("0: thing");
    await ada.page.keyboard.press("Escape");
    await expect(ada.editor).toBeFocused();
    await ada.page.keyboard.press("Control+z");
    await until("all are back", async () => (await desk.room.owner.text(desk.contentPath)) === text);
    await ada.page.keyboard.press("Control+Alt+g");
    await ada.type("9000\n");
    await expect(ada.page.locator(".cm-line", { hasText: "item 8999" })).toBeVisible();
  });
});

/** What a checker of accessibility finds serious. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

/** By the palette. */
async function give(person: Person, command: string): Promise<void> {
  await person.page.keyboard.press("Control+k");
  await person.page.getByTestId("palette-input").fill(command);
  await person.page.keyboard.press("Enter");
  await expect(person.page.getByTestId("palette-input")).toHaveCount(0);
}
