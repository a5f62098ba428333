import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("a document on paper", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("has its title, its links' addresses and numbered pages in ink on white, and is gone from the screen afterwards", async () => {
    const { ada, room } = desk;
    const { page } = ada;
    const text = `Read [this](https://example.org/this) and https://example.org/that.\n\n${"Many words that fill a line of it.\n\n".repeat(120)}`;
    await room.owner.put(desk.contentPath, text);
    await expect(ada.editor).toContainText("Many words");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.evaluate(() => {
      window.print = () => document.documentElement.setAttribute("data-printed", document.title);
    });
    const lay = async () => {
      await page.getByTestId("take-document").click();
      await page.getByRole("button", { name: "Print" }).click();
      await expect(page.locator("html")).toHaveAttribute("data-printed", "Shared notes");
    };
    await lay();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expect(page.locator(".paper .paper-title")).toHaveText("Shared notes");
    await expect(page.locator(".paper p", { hasText: "Many words" })).toHaveCount(120);
    await expect(page.getByTestId("sidebar")).toBeHidden();
    const seen = await page.evaluate(() => {
      const [told, bare] = [...document.querySelectorAll(".paper a[target]")].map((link) => getComputedStyle(link, "::after").content);
      const sheet = document.adoptedStyleSheets.flatMap((one) => [...one.cssRules]).filter((rule) => rule instanceof CSSPageRule);
      return { told, bare, ground: getComputedStyle(document.body).backgroundColor, pages: sheet.map((rule) => rule.cssText).join("\n") };
    });
    expect(seen).toMatchObject({ told: '" (https://example.org/this)"', bare: "none", ground: "rgb(255, 255, 255)" });
    expect(seen.pages).toContain("counter(page)");
    expect(seen.pages).toContain("Shared notes");

    await page.emulateMedia({ media: null });
    const devtools = await ada.context.newCDPSession(page);
    for (const [paperWidth, paperHeight] of [[8.27, 11.69], [8.5, 11]]) {
      await lay();
      // The browser tells the page of it, as when a person prints.
      const { data } = await devtools.send("Page.printToPDF", { paperWidth, paperHeight });
      expect(Buffer.from(data, "base64").toString("latin1").match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2);
      await expect(page.locator(".paper")).toHaveCount(0);
    }
    await expect(page.getByTestId("sidebar")).toBeVisible();
    await expect(page).toHaveTitle(/Shared notes/);
  });
});
