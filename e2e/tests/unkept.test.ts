// Devices that keep nothing, keep nothing more, or are switched off.
import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { Profile } from "../harness/profile.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("where nothing more can be kept", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("because the device is full, what is typed is said to be in the tab, is not lost with it unasked, and is kept again when there is room", async () => {
    test.slow();
    const { ada, room, server } = desk;
    await ada.toEnd();
    await ada.type("There was room. ");
    await ada.saved();
    const devtools = await ada.context.newCDPSession(ada.page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: server.url, quotaSize: 1_000 });
    await server.kill();
    await expect(async () => {
      await ada.type("x");
      await expect(ada.saveState).toHaveText(/only in this tab/, { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    await asks(ada.page);
    const typed = await ada.text();
    await server.boot();
    // After so long the tab would wait for up to half a minute.
    await ada.page.evaluate(() => window.dispatchEvent(new Event("online")));
    await ada.saved();
    expect(await room.owner.text(desk.contentPath)).toBe(typed);

    await devtools.send("Storage.overrideQuotaForOrigin", { origin: server.url });
    await ada.type("And there is again.");
    await ada.saved();
    await until("the device has it", () => keeps(ada.page, "And there is again."), 60_000);
    await server.kill();
    await ada.type(" Really.");
    await ada.heldOnDevice();
    await ada.page.close();
    const back = Person.at(await ada.context.newPage(), ada);
    await server.boot();
    await back.openDocument(room.documentId);
    await expect(back.editor).toHaveText(`${typed}And there is again. Really.`);
    expect(await room.owner.text(desk.contentPath)).toBe(`${typed}And there is again. Really.`);
  });

  for (const [what, without] of [
    ["databases", () => Object.defineProperty(window, "indexedDB", { value: undefined })],
    ["locks", () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined })],
  ] as const) {
    test(`since the browser has no ${what}, people write as ever, and are told and asked when they are cut off`, async () => {
      const { ada, ben, server, room } = desk;
      await ada.page.close();
      const page = await ada.context.newPage();
      page.on("pageerror", (error) => expect(error).toBeUndefined());
      await page.addInitScript(without);
      const poor = Person.at(page, ada);
      await poor.openDocument(room.documentId);
      await poor.toEnd();
      await poor.type("online");
      await poor.saved();
      await expect(ben.editor).toHaveText("online");
      await server.kill();
      await poor.type(" and off");
      await expect(poor.saveState).toHaveText(/Offline, 8 edits only in this tab/);
      await asks(page);
      await server.boot();
      await poor.saved();
      await expect(ben.editor).toHaveText("online and off");
    });
  }
});

test("a browser that is killed with edits that were not sent has them when it is started again, and sends them", async () => {
  test.slow();
  const server = await Server.start();
  const room = await createRoom(server);
  const profile = await Profile.make(server.url);
  try {
    // Quit once, so that the browser knows on its disk who is signed in: it writes that seldom.
    await signIn((await profile.start()).page);
    await profile.quit();
    const before = await profile.start();
    await before.openDocument(room.documentId);
    await before.typeAround(() => server.kill(), "Before. ", "In the dark.");
    await profile.kill();

    await server.boot();
    const back = await profile.start();
    await back.openDocument(room.documentId);
    await expect(back.editor).toHaveText("Before. In the dark.");
    expect(await room.owner.text(`/api/v1/documents/${room.documentId}/content`)).toBe("Before. In the dark.");
  } finally {
    await profile.dispose();
    await server.dispose();
  }
});

/** Closing the tab asks first, and the person stays. */
async function asks(page: Page): Promise<void> {
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
}

/** Whether this browser has the text. */
function keeps(page: Page, text: string): Promise<boolean> {
  return page.evaluate(async (wanted) => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const [{ name } = {}] = await indexedDB.databases();
    if (name === undefined) return false;
    const database = await done(indexedDB.open(name));
    const values = await done(database.transaction("rows").objectStore("rows").getAll());
    database.close();
    return values.some((value) => new TextDecoder().decode(value).includes(wanted));
  }, text);
}

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Password").fill("ada-long-password");
  await page.getByTestId("sign-in-form").getByRole("button").click();
  await expect(page.getByTestId("home")).toBeVisible();
}
