// What is done to a text with a hand: blocks that are dragged, links that are tapped.
import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { join } from "../harness/room.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

const TEXT = "# Title\n\n1. one\n2. two\n   - inner\n3. three\n\nSee [this](https://example.org/) and [below](#the-end).\n\n## The end\n";

test.describe("with a hand", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("an item is dragged to another place while somebody else writes; that is one step, and Escape is none", async () => {
    const { ada, ben } = desk;
    const { page } = ada;
    await fill(desk, TEXT);
    await hold(page, "two");
    await ben.toStart();
    await ben.type("New above\n\n");
    await expect(ada.editor).toContainText("New above");
    const to = await boxOf(page, "three");
    await page.mouse.move(to.x + 40, to.y + to.height - 3, { steps: 4 });
    await expect(page.locator(".block-goal")).toBeVisible();
    await page.mouse.up();
    const moved = `New above\n\n${TEXT.replace("2. two\n   - inner\n3. three", "2. three\n3. two\n   - inner")}`;
    await stored(desk, moved);
    await expect(page.locator(".block-goal")).toBeHidden();
    await ada.editor.focus();
    await page.keyboard.press("Control+z");
    await stored(desk, `New above\n\n${TEXT}`);

    await hold(page, "three");
    const first = await boxOf(page, "one");
    await page.mouse.move(first.x + 40, first.y + 2, { steps: 4 });
    await expect(page.locator(".block-goal")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.locator(".block-goal")).toBeHidden();
    await page.mouse.up();
    // Blocks go, too, and with the keyboard alone: this one over the list.
    await page.locator(".cm-line", { hasText: "Title" }).click();
    await page.keyboard.press("Alt+ArrowDown");
    await stored(desk, `New above\n\n${TEXT.replace(/# Title\n\n([^]*three)\n/, "$1\n\n# Title\n")}`);
  });

  test("a link that is tapped on a phone says what can be done with it, and so it does by a key", async ({ browser }) => {
    await fill(desk, TEXT);
    const phone = await Person.arrive(browser, desk.server.url, desk.room.owner, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } });
    await phone.openDocument(desk.room.documentId);
    await phone.context.route("https://example.org/", (route) => route.fulfill({ contentType: "text/html", body: "there" }));
    const bubble = phone.page.getByTestId("link-bubble");
    await phone.page.getByRole("link", { name: "this" }).tap();
    await expect(bubble).toContainText("example.org");
    const opened = phone.context.waitForEvent("page");
    await bubble.getByRole("button", { name: "Open" }).tap();
    await expect((await opened).locator("body")).toHaveText("there");
    await phone.page.bringToFront();

    // A keyboard that lies over the page: the bar stands right above it.
    await phone.editor.focus();
    const bar = phone.page.getByTestId("format-bar");
    const foot = async () => ((await bar.boundingBox())?.y ?? 0) + ((await bar.boundingBox())?.height ?? 0);
    await expect.poll(foot).toBeGreaterThan(700);
    await phone.page.evaluate(() => {
      Object.defineProperty(visualViewport, "height", { value: 420 });
      visualViewport?.dispatchEvent(new Event("resize"));
    });
    await expect.poll(foot).toBeLessThanOrEqual(420);
    await phone.leave();

    const { ada } = desk;
    await ada.toStart();
    await ada.page.getByRole("link", { name: "below" }).click();
    await expect(ada.page.getByTestId("link-bubble")).toBeVisible();
    await ada.page.keyboard.press("Escape");
    await expect(ada.page.getByTestId("link-bubble")).toHaveCount(0);
    await ada.page.keyboard.press("Alt+Enter");
    await expect(ada.page.getByRole("button", { name: "Open", exact: true })).toBeFocused();
    await ada.page.keyboard.press("Enter");
    await expect(ada.editor).toBeFocused();
    // At the end of the heading that the link names, whose marks are seen then.
    await expect(ada.editor).toContainText("## The end");
    await ada.type("!");
    await stored(desk, TEXT.replace("## The end", "## The end!"));
  });

  test("a link says what can be done with it as it is written too, and to whoever only reads, by a click, a key and the palette", async ({ browser }) => {
    await fill(desk, TEXT);
    const { ada } = desk;
    await ada.turnTo("Source");
    const bubble = ada.page.getByTestId("link-bubble");
    await ada.page.getByText("https://example.org/").click();
    await expect(bubble).toContainText("example.org");
    await expect(bubble.getByRole("button")).toHaveText(["Open", "Edit", "Copy"]);
    await ada.page.keyboard.press("Escape");
    await expect(bubble).toHaveCount(0);
    await ada.page.getByText("#the-end").click({ modifiers: ["Control"] });
    // To the end of the heading that the link names, which is looked up by what is loaded then.
    const line = () => ada.page.evaluate(() => document.getSelection()?.anchorNode?.parentElement?.closest(".cm-line")?.textContent);
    await expect.poll(line).toBe("## The end");
    await ada.type("!");
    await stored(desk, TEXT.replace("## The end", "## The end!"));

    const cleo = await Person.arrive(browser, desk.server.url, await join(desk.server, desk.room, "cleo", "viewer"));
    await cleo.openDocument(desk.room.documentId);
    await cleo.turnTo("Source");
    await cleo.page.getByText("https://example.org/").click();
    const seen = cleo.page.getByTestId("link-bubble");
    await expect(seen.getByRole("button")).toHaveText(["Open", "Copy"]);
    await cleo.page.keyboard.press("Escape");
    await expect(seen).toHaveCount(0);
    await cleo.page.keyboard.press("Control+k");
    await cleo.page.getByRole("combobox").fill("link at the caret");
    await cleo.page.keyboard.press("Enter");
    await expect(seen.getByRole("button", { name: "Open" })).toBeFocused();
    await cleo.page.keyboard.press("ArrowRight");
    await expect(seen.getByRole("button", { name: "Copy" })).toBeFocused();
  });
});

async function fill(desk: Desk, text: string): Promise<void> {
  await desk.room.owner.put(desk.contentPath, text);
  for (const person of [desk.ada, desk.ben]) await expect(person.editor).toContainText("The end");
}

async function stored(desk: Desk, text: string): Promise<void> {
  await until("the text is stored", async () => (await desk.room.owner.text(desk.contentPath)) === text).catch(async () => {
    expect(await desk.room.owner.text(desk.contentPath)).toBe(text);
  });
}

/** Takes the grip beside the line that ends with a word. */
async function hold(page: Page, word: string): Promise<void> {
  const line = await boxOf(page, word);
  await page.mouse.move(line.x + 40, line.y + line.height / 2);
  const grip = page.getByTestId("block-grip");
  await expect.poll(async () => Math.abs(((await grip.boundingBox())?.y ?? 0) - line.y)).toBeLessThan(4);
  await grip.hover();
  await page.mouse.down();
}

async function boxOf(page: Page, word: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(".cm-line", { hasText: new RegExp(`${word}$`) }).boundingBox();
  if (box === null) throw new Error(`no line ends with ${word}`);
  return box;
}
