// Making, naming and deleting documents, and the page around them.
import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("a document", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("that was just made takes what is typed, and its title takes Enter for the way to the text", async () => {
    const { ada, room } = desk;
    const { page } = ada;
    const title = page.getByTestId("document-title");
    await page.getByTestId("new-document").click();
    await page.keyboard.type("Soup");
    await page.keyboard.press("Enter");
    await expect(title).toHaveValue("Soup");
    await expect(ada.editor).toBeFocused();
    await ada.type("Leeks");
    await title.fill("Broth");
    await title.press("Enter");
    await expect(ada.editor).toBeFocused();
    await ada.type("!");
    await ada.saved();
    const id = new URL(page.url()).pathname.split("/").at(-1);
    expect(await room.owner.text(`/api/v1/documents/${id}/content`)).toBe("Leeks!");
    expect((await room.owner.ok("GET", `/api/v1/documents/${id}`)).title).toBe("Broth");
  });

  test("that was deleted is said to be, to whoever has it open, and comes back from the page of the room", async () => {
    const { ada, ben, room } = desk;
    await ada.toEnd();
    await ada.type("kept");
    await ada.saved();
    await ada.page.getByRole("button", { name: "More about “Shared notes”" }).click();
    await ada.page.locator(".menu-item").filter({ hasText: "Delete" }).click();
    await ada.page.getByRole("dialog").getByRole("button", { name: "Delete document" }).click();
    await expect(ben.page.getByTestId("document-deleted")).toContainText("“Shared notes” can be brought back");

    await ben.page.getByRole("link", { name: "Back to the room" }).click();
    const deleted = ben.page.getByTestId("deleted-documents");
    await expect(deleted).toContainText("Shared notes");
    await deleted.getByRole("button", { name: "Bring back" }).click();
    await expect(deleted).toHaveCount(0);
    await ben.page.getByTestId("room-documents").getByRole("link", { name: "Shared notes" }).click();
    await expect(ben.editor).toHaveText("kept");
    expect(await room.owner.text(desk.contentPath)).toBe("kept");
  });

  test("among many leaves the page where it is: only lists and texts scroll", async () => {
    const { ada, room } = desk;
    for (let at = 0; at < 45; at += 1) await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title: `Page ${at}` });
    await expect(ada.page.getByTestId("document-tree")).toContainText("Page 44");
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 800 }]) {
      await ada.page.setViewportSize(viewport);
      const tooTall = () =>
        ada.page.evaluate(() => {
          const boxes = [document.documentElement, document.body, ...document.querySelectorAll(".shell, .app")];
          return boxes.filter((box) => box.scrollHeight > box.clientHeight).map((box) => box.className || box.tagName);
        });
      await expect.poll(tooTall).toEqual([]);
    }
  });
});
