import { expect, test } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Desk } from "../harness/desk.ts";

test("who is suspended is signed out and told why, and what they typed and was not sent is there and sent once they are restored", async ({ browser }) => {
  const desk = await Desk.lay(browser);
  const { ada, ben, server } = desk;
  try {
    await ben.toEnd();
    await ben.type("stored ");
    await ben.saved();
    await server.kill();
    await ben.type("not sent");
    await ben.heldOnDevice();
    // Suspended while his tab hears of nothing.
    await ben.page.goto("about:blank");
    await server.boot();
    await ada.page.goto("/");
    await ada.page.getByTestId("account-menu").click();
    await ada.page.getByRole("button", { name: "People" }).click();
    await expect(ada.page).toHaveURL(/\/admin\/people$/);
    await expect(ada.page.getByTestId("account")).toContainText(["@ada", "@ben"]);
    await expect(ada.page.getByRole("button", { name: "Suspend ada" })).toHaveCount(0);
    await ada.page.getByRole("button", { name: "Suspend ben" }).click();
    await expect(ada.page.getByRole("dialog")).toContainText("Suspend ben?");
    await ada.page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    const account = ada.page.getByTestId("account").filter({ hasText: "@ben" });
    await expect(account).toContainText("Suspended");
    const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);

    await ben.page.goto(`/documents/${desk.room.documentId}`);
    await expect(ben.page).toHaveURL(/sign-in/);
    const signIn = async () => {
      await ben.page.getByLabel("Username").fill("ben");
      await ben.page.getByLabel("Password").fill("ben-long-password");
      await ben.page.getByLabel("Password").press("Enter");
    };
    await signIn();
    await expect(ben.page.getByTestId("sign-in-form")).toContainText("This account is suspended.");
    await account.getByRole("button", { name: "Restore ben" }).click();
    await expect(account).not.toContainText("Suspended");
    await signIn();
    await ben.opened();
    await expect(ben.editor).toHaveText("stored not sent");
    await ben.saved();
    await ada.openDocument(desk.room.documentId);
    await expect(ada.editor).toHaveText("stored not sent");
  } finally {
    await desk.clear();
  }
});
