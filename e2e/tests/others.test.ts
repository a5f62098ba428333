import { expect, test } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";

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
});

async function fill(desk: Desk, text: string): Promise<void> {
  await desk.room.owner.put(desk.contentPath, text);
  for (const person of [desk.ada, desk.ben]) await expect(person.editor).not.toBeEmpty();
}
