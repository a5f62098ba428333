import { expect, type Locator } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { test } from "../harness/test.ts";

/** A hundred paragraphs, each of which says which it is. */
const LONG = Array.from({ length: 100 }, (_, at) => `Paragraph ${at} of a text.\n`).join("\n");

test.describe("others in the text", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("are named at the edge while they are out of view, gone to, and followed until one scrolls by hand", async () => {
    const { ada, ben } = desk;
    await fill(desk, LONG);
    await ada.toStart();
    await ben.toEnd();
    const below = ada.page.getByTestId("people-below");
    await expect(below).toHaveAccessibleName("Below: ben. Go to ben");
    await expect(ben.page.getByTestId("people-above")).toHaveText("ada");
    await below.click();
    await expect(below).toBeHidden();
    await expect(ada.editor.getByText("Paragraph 99 ")).toBeInViewport();
    await expect(ada.editor).toBeFocused();
    // By the key, from wherever one is.
    await ada.page.keyboard.press("Control+Home");
    await expect(below).toBeVisible();
    await ada.page.keyboard.press("Control+Alt+p");
    await expect(below).toBeHidden();

    const avatar = ada.page.getByTestId("person");
    await avatar.click();
    await avatar.click();
    const following = ada.page.getByTestId("people-following");
    await expect(following).toContainText("Following ben");
    await expect(avatar).toHaveAttribute("aria-pressed", "true");
    await ben.toStart();
    await expect(ada.editor.getByText("Paragraph 0 ")).toBeInViewport();
    // Their line breaks, and they are somebody else to the server.
    await ben.page.reload();
    await ben.opened();
    await expect(following).toContainText("who is not in the text");
    await ben.toEnd();
    await expect(ada.editor.getByText("Paragraph 99 ")).toBeInViewport();
    await ada.page.mouse.move(640, 500);
    await ada.page.mouse.wheel(0, -600);
    await expect(following).toBeHidden();
    await expect(avatar).toHaveAttribute("aria-pressed", "false");
    await expect(ada.page.getByTestId("people-told")).toHaveText("You no longer follow ben.");
  });

  test("are told of politely when they edit one's own paragraph, in a field as well", async () => {
    const { ada, ben } = desk;
    await fill(desk, "above\n\nA paragraph\nof two lines.\n\nbelow");
    const told = ada.page.getByTestId("people-told");
    await ada.toStart();
    for (let line = 0; line < 3; line += 1) await ada.page.keyboard.press("ArrowDown");
    await ben.toEnd();
    await ben.type("elsewhere ");
    await expect(ada.editor).toContainText("elsewhere");
    await expect(told).toBeEmpty();
    for (let line = 0; line < 3; line += 1) await ben.page.keyboard.press("ArrowUp");
    await ben.type("here ");
    await expect(told).toHaveText("ben edited the paragraph you are in.");
    await ada.turnTo("Plain");
    // What somebody without a caret writes is somebody's.
    const stock = new StockClient(desk.server.url, desk.room.documentId, await documentToken(desk.room.owner, desk.room.documentId));
    await stock.synced();
    await ben.page.getByTestId("document-title").focus();
    stock.text.insert(stock.text.toString().indexOf("A paragraph"), "Once ");
    await expect(told).toHaveText("Somebody edited the paragraph you are in.");
    stock.destroy();
  });

  test("are marked beside the block or the line that they are in where there are no carets, and nothing moves for it", async () => {
    const { ada, ben } = desk;
    await fill(desk, `# Title\n\nfirst\n\n- one\n- two\n\n${LONG}`);
    const mark = ada.page.locator(".person-mark");
    await ben.toStart();
    await ada.turnTo("Read");
    const read = ada.page.getByTestId("read");
    await isBeside(mark, read.getByRole("heading", { name: "Title" }));
    await expect(mark).toHaveText("ben");
    // Who copies all of the page copies its text: nobody's name, and nothing around it.
    await read.press("Control+a");
    const selected = await ada.page.evaluate(() => getSelection()?.toString() ?? "");
    expect(selected).toMatch(/^Title\n+first\n[^]*Paragraph 99[^]*$/);
    expect(selected).not.toContain("ben");
    const before = await read.getByText("first", { exact: true }).boundingBox();
    for (let line = 0; line < 4; line += 1) await ben.page.keyboard.press("ArrowDown");
    await isBeside(mark, read.getByRole("listitem").first());
    expect(await read.getByText("first", { exact: true }).boundingBox()).toEqual(before);
    // Along with what one scrolls to, and gone where they are not in view.
    await ben.toEnd();
    await expect(mark).toHaveCount(0);
    await ada.page.getByTestId("people-below").click();
    await isBeside(mark, read.getByText("Paragraph 99 "));

    await ada.turnTo("Plain");
    await ada.page.keyboard.press("Control+Alt+p");
    await expect(mark).toHaveCount(1);
    await ben.toStart();
    await expect(mark).toHaveCount(0);
    await ada.page.getByTestId("people-above").click();
    const field = ada.page.getByTestId("editor-plain");
    const first = await field.evaluate((field) => field.getBoundingClientRect().top + parseFloat(getComputedStyle(field).paddingTop));
    await expect.poll(async () => Math.abs(((await mark.boundingBox())?.y ?? 0) - first)).toBeLessThan(2);
    const height = (await mark.boundingBox())?.height ?? 0;
    await ben.page.keyboard.press("ArrowDown");
    await ben.page.keyboard.press("ArrowDown");
    await expect.poll(async () => Math.abs(((await mark.boundingBox())?.y ?? 0) - first - 2 * height)).toBeLessThan(2);
    // In the face that has carets there are no marks.
    await ada.turnTo("Write");
    await expect(ada.carets).toHaveCount(1);
    await expect(mark).toHaveCount(0);
  });
});

/** Until a mark stands before a block, as high as it is. */
async function isBeside(mark: Locator, block: Locator): Promise<void> {
  await expect
    .poll(async () => {
      const [beside, box] = [await mark.boundingBox(), await block.boundingBox()];
      if (beside === null || box === null) return "not there";
      return beside.x + beside.width <= box.x && Math.abs(beside.y - box.y) < 2 && Math.abs(beside.height - box.height) < 2 ? "beside" : "elsewhere";
    })
    .toBe("beside");
}

async function fill(desk: Desk, text: string): Promise<void> {
  await desk.room.owner.put(desk.contentPath, text);
  for (const person of [desk.ada, desk.ben]) await expect(person.editor).not.toBeEmpty();
}
