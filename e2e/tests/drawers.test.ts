import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("on narrow screens", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("a dialog opened from the left column stays when the window becomes narrow", async () => {
    const { page } = desk.ada;
    await page.getByTestId("new-room").click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toBeVisible();
    await page.setViewportSize({ width: 768, height: 800 });
    await expect(page.getByTestId("room-list")).toBeHidden();
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  });

  test("Escape and Tab lead out of the text", async () => {
    const { editor, page } = desk.ada;
    await editor.focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect(editor).not.toBeFocused();
    await desk.ada.type("x");
    await expect(editor).not.toContainText("x");
  });

  for (const { width, button } of [
    { width: 768, button: "open-side" },
    { width: 390, button: "bar-documents" },
  ]) {
    test(`a drawer takes the focus, closes with Escape and gives the focus back, ${width} px`, async () => {
      const { page } = desk.ada;
      await page.setViewportSize({ width, height: 800 });
      const sidebar = page.getByTestId("sidebar");
      await expect(sidebar).toBeHidden();
      await page.getByTestId(button).press("Enter");
      await expect(sidebar).toBeVisible();
      await expect(sidebar).toBeFocused();
      await page.keyboard.press("Tab");
      expect(await sidebar.evaluate((side) => side.contains(document.activeElement))).toBe(true);
      await page.keyboard.press("Escape");
      await expect(sidebar).toBeHidden();
      await expect(page.getByTestId(button)).toBeFocused();
    });
  }
});
