import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("the ways between pages", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("links, back and forward lead from page to page without loading anew", async () => {
    const { page } = desk.ada;
    const at = (name: string) => expect(page.getByTestId(name)).toBeVisible();
    await at("document");
    const document = page.url();
    await page.evaluate(() => Reflect.set(window, "loadedOnce", true));

    await page.getByTestId("room-link").first().click();
    await at("room");
    await page.getByRole("link", { name: "Settings" }).click();
    await at("settings");
    await page.goBack();
    await at("room");
    await page.goBack();
    await at("document");
    expect(page.url()).toBe(document);
    await page.goForward();
    await page.goForward();
    await at("settings");
    await expect(page).toHaveURL(/\/settings$/);
    await expect(page).toHaveTitle("Settings · Inkling");
    expect(await page.evaluate(() => Reflect.get(window, "loadedOnce"))).toBe(true);
  });

  test("the link past the columns brings the focus to the page", async () => {
    const { page } = desk.ada;
    const skip = page.getByRole("link", { name: "Skip to the page" });
    await skip.focus();
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
    await expect(page.getByTestId("document")).toBeVisible();
    await page.goBack();
    await expect(page.getByTestId("document")).toBeVisible();
  });

  test("an address without a page says so, and leads home", async () => {
    const { page } = desk.ada;
    await page.goto("/documents/none/of/this");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here");
    await page.getByRole("link", { name: "All rooms" }).click();
    await expect(page.getByTestId("home-room").first()).toBeVisible();
  });
});
