import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("the colour that the browser paints around the page", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("is that of the system, and of the theme that the person chooses", async () => {
    const { page } = desk.ada;
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => around(page)).toBe("#fcfbf7");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => around(page)).toBe("#14161a");
    await switchTheme(page);
    await expect.poll(() => around(page)).toBe("#fcfbf7");
    await page.reload();
    await expect.poll(() => around(page)).toBe("#fcfbf7");
    await expect(page.getByTestId("account-menu")).toBeVisible();
    await page.emulateMedia({ colorScheme: "light" });
    await switchTheme(page);
    await expect.poll(() => around(page)).toBe("#14161a");
  });
});

async function switchTheme(page: Page): Promise<void> {
  await page.getByTestId("account-menu").click();
  await page.getByRole("button", { name: "Light or dark" }).click();
}

/** What a browser takes: the first that its media match. */
function around(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('meta[name="theme-color"]')];
    return all.find((one) => matchMedia(one.getAttribute("media") ?? "").matches)?.getAttribute("content");
  });
}
