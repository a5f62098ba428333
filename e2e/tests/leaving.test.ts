// Signing out while something is only on this device.
import { expect, type Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Network } from "../harness/network.ts";
import { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";

test.describe("whoever signs out with work that was not sent", () => {
  let desk: Desk;
  let network: Network;
  let ada: Person;
  atDesk((laid) => (desk = laid));
  test.beforeEach(async () => {
    await desk.ada.page.close();
    network = await Network.around(desk.ada.context);
    ada = Person.at(await desk.ada.context.newPage(), desk.ada);
    await ada.openDocument(desk.room.documentId);
    await ada.typeAround(() => network.cut(), "known ", "not sent");
  });

  test("and waits is signed out when all of it is sent, unless they change their mind", async () => {
    await signOut(ada.page);
    await ada.page.getByTestId("sign-out-wait").click();
    await expect(ada.page.getByTestId("sign-out-lead")).toContainText(/Still to be sent: \d+ edits/);
    await expect(ada.page.getByTestId("sign-out-away")).toBeVisible();
    await ada.page.getByTestId("sign-out-stay").click();
    await expect(ada.page.getByTestId("sign-out-lead")).toContainText(/Not on the server: \d+ edits/);
    await ada.page.getByTestId("sign-out-wait").click();
    network.mend();
    await expect(ada.page).toHaveURL(/sign-in/, { timeout: 45_000 });
    await expect(desk.ben.editor).toHaveText("known not sent");
    expect(await databases(ada.page)).toEqual([]);
    expect((await ada.context.request.get("/api/v1/me")).status()).toBe(401);
  });

  test("can take it along, whichever tab it is from", async () => {
    const settings = await ada.context.newPage();
    await settings.goto("/settings");
    await signOut(settings);
    const [alone] = await Promise.all([settings.waitForEvent("download"), settings.getByTestId("sign-out-download").click()]);
    expect(alone.suggestedFilename()).toBe("Shared notes · Workshop.md");
    expect(await readFile(await alone.path(), "utf8")).toBe("known not sent");
    await settings.keyboard.press("Escape");

    await ada.page.getByTestId("composer").fill("Said to nobody");
    await ada.page.getByTestId("composer").press("Enter");
    await expect(ada.page.getByTestId("unsent-message")).toContainText("Said to nobody");
    await ada.heldOnDevice();
    await signOut(settings);
    await expect(settings.getByTestId("sign-out-lead")).toContainText("1 message");
    const [all] = await Promise.all([settings.waitForEvent("download"), settings.getByTestId("sign-out-download").click()]);
    expect(all.suggestedFilename()).toBe("Not sent.md");
    const text = await readFile(await all.path(), "utf8");
    expect(text).toBe("# Shared notes · Workshop\n\nknown not sent\n\n---\n\n# Message · Workshop\n\nSaid to nobody\n");
  });

  test("without a network leaves nothing in the browser, in no tab, and is signed out on the server when it answers", async () => {
    const other = await ada.context.newPage();
    await other.goto("/");
    await expect(other.getByTestId("home")).toBeVisible();
    await signOut(ada.page);
    await ada.page.getByTestId("sign-out-discard").click();
    await expect(ada.page.getByTestId("leaving")).toContainText("The server does not know yet");
    await expect(other.getByTestId("leaving")).toBeVisible();
    expect(await databases(ada.page)).toEqual([]);
    await ada.page.goto("/");
    await expect(ada.page.getByText("No answer from the server")).toBeVisible();
    await expect(ada.page.locator("body")).not.toContainText(/Workshop|Shared notes|ada/);
    // Only the pages are cut off.
    expect((await ada.context.request.get("/api/v1/me")).status()).toBe(200);

    network.mend();
    await expect(other.getByTestId("leaving")).toBeHidden();
    expect((await ada.context.request.get("/api/v1/me")).status()).toBe(401);
    await expect(ada.page.getByTestId("sign-in-form")).toBeVisible();
    await expect(desk.ben.editor).toHaveText("known ");
  });
});

async function signOut(page: Page): Promise<void> {
  await page.getByTestId("account-menu").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByTestId("sign-out-lead")).toBeVisible();
}

function databases(page: Page): Promise<string[]> {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
}
