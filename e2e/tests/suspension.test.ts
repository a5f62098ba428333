import { expect } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test("who is suspended is signed out and told why, sees and takes along what they had not sent, and it is sent once they are restored", async ({ browser }) => {
  const desk = await Desk.lay(browser);
  const { ada, ben, server } = desk;
  try {
    await ben.toEnd();
    await ben.type("stored ");
    await ben.saved();
    await server.kill();
    await ben.type("not sent");
    await ben.heldOnDevice();
    await ben.page.getByTestId("composer").fill("said too late");
    await ben.page.getByTestId("composer").press("Enter");
    await expect(ben.page.getByTestId("unsent-message")).toContainText("said too late");
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
    await expect(ben.page.getByTestId("unsent-lead")).toContainText("sent when the account is restored");
    const unsent = ben.page.getByTestId("unsent");
    // What a room is called is kept when there is nothing else to do, and a message does not wait for it.
    await expect(unsent).toContainText(["Shared notes · Workshop", /Message( · Workshop)?/]);
    await expect(unsent.last()).toContainText("said too late");
    const [file] = await Promise.all([ben.page.waitForEvent("download"), unsent.first().getByTestId("rescued-download").click()]);
    expect(file.suggestedFilename()).toBe("Shared notes · Workshop.md");
    expect(await readFile(await file.path(), "utf8")).toBe("stored not sent");
    // Whoever does not know the password sees nothing of it.
    await ben.page.reload();
    await ben.page.getByLabel("Username").fill("ben");
    await ben.page.getByLabel("Password").fill("not the password");
    await ben.page.getByLabel("Password").press("Enter");
    await expect(ben.page.getByTestId("sign-in-form")).toContainText(/wrong|match/i);
    await expect(unsent).toHaveCount(0);
    await account.getByRole("button", { name: "Restore ben" }).click();
    await expect(account).not.toContainText("Suspended");
    await signIn();
    await ben.opened();
    await expect(ben.editor).toHaveText("stored not sent");
    await ben.saved();
    await ada.openDocument(desk.room.documentId);
    await expect(ada.editor).toHaveText("stored not sent");
    await expect(ada.page.getByTestId("message").filter({ hasText: "said too late" })).toHaveCount(1);
  } finally {
    await desk.clear();
  }
});
