import { expect } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("the tree of documents", () => {
  let desk: Desk;
  let year: string;
  let month: string;
  test.beforeEach(async ({ browser }) => {
    desk = await Desk.lay(browser);
    const { owner, roomId } = desk.room;
    const make = async (title: string, parent?: string): Promise<string> => {
      const made = await owner.ok("POST", `/api/v1/rooms/${roomId}/documents`, { title });
      if (parent !== undefined) await owner.ok("PATCH", `/api/v1/documents/${made.id}`, { parent_id: parent });
      return made.id;
    };
    year = await make("Year");
    month = await make("Month", year);
    await make("Day", month);
    await expect(row("Day")).toBeVisible();
  });
  test.afterEach(async () => {
    await desk.clear();
  });

  const row = (title: string) => desk.ada.page.getByTestId("document-tree").getByRole("link", { name: title, exact: true });
  const fold = (title: string) => desk.ada.page.getByTestId("document-tree").getByRole("button", { name: `Documents under “${title}”` });

  test("a folded parent hides what is under it, also after a reload, until that is opened", async () => {
    const { page } = desk.ada;
    await fold("Year").click();
    await expect(row("Month")).toHaveCount(0);
    await expect(row("Day")).toHaveCount(0);
    await expect(fold("Year")).toHaveAttribute("aria-expanded", "false");
    await page.reload();
    await expect(row("Year")).toBeVisible();
    await expect(row("Month")).toHaveCount(0);

    await page.goto(`/documents/${month}`);
    await expect(row("Month")).toHaveAttribute("aria-current", "page");
    await expect(fold("Year")).toHaveAttribute("aria-expanded", "true");
    // Folding over what is open is one's own choice.
    await fold("Year").click();
    await expect(row("Month")).toHaveCount(0);
  });

  test("arrow keys fold, unfold and walk the tree", async () => {
    const { page } = desk.ada;
    await row("Year").focus();
    await page.keyboard.press("ArrowLeft");
    await expect(row("Month")).toHaveCount(0);
    await expect(row("Year")).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await expect(row("Month")).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await expect(row("Month")).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(row("Day")).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await expect(row("Month")).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(row("Year")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/documents/${year}$`));
  });

  test("what is moved under a folded document unfolds it", async () => {
    const { page } = desk.ada;
    await fold("Month").click();
    await expect(row("Day")).toHaveCount(0);
    await desk.room.owner.ok("POST", `/api/v1/rooms/${desk.room.roomId}/documents`, { title: "Loose" });
    await expect(row("Loose")).toBeVisible();
    await row("Loose").focus();
    await page.keyboard.press("Alt+ArrowRight");
    await fold("Year").click();
    await expect(row("Loose")).toHaveCount(0);
    await fold("Year").click();
    await row("Loose").focus();
    await page.keyboard.press("Alt+ArrowRight");
    await expect(row("Day")).toBeVisible();
    await expect(row("Loose")).toBeFocused();
  });
});
