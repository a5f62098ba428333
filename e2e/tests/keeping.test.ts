import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("what is typed without a server", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("is there when the tab is closed and opened again, without being asked, and is sent", async () => {
    const { ada, server, room } = desk;
    await ada.typeAround(() => server.kill(), "before ", "without");
    await closed(ada.page);
    await server.boot();

    const cut = await reopened(ada, desk, { linked: false });
    await expect(cut.editor).toHaveText("before without");
    await expect(cut.saveState).toHaveText(/Offline, \d+ edits on this device/);
    await cut.toEnd();
    await cut.type(" a link");
    await cut.heldOnDevice();
    await closed(cut.page);

    const back = await reopened(ada, desk, { linked: true });
    await back.saved();
    expect(await back.text()).toBe("before without a link");
    expect(await room.owner.text(desk.contentPath)).toBe("before without a link");
  });

  test("in two tabs that are closed becomes one text, each part once", async () => {
    const { ada, server, room } = desk;
    const second = Person.at(await ada.context.newPage(), ada);
    await second.openDocument(room.documentId);
    await server.kill();
    await ada.toStart();
    await ada.type("first ");
    await second.toEnd();
    await second.type("second");
    await Promise.all([ada.heldOnDevice(), second.heldOnDevice()]);
    await closed(ada.page);
    await closed(second.page);
    await server.boot();
    const back = await reopened(ada, desk, { linked: true });
    await until("both are stored", async () => {
      const text = await room.owner.text(desk.contentPath);
      return text.includes("first ") && text.includes("second");
    });
    await back.saved();
    const text = await room.owner.text(desk.contentPath);
    expect(text).toHaveLength("first second".length);
    await expect(back.editor).toHaveText(text);
  });

  test("of five thousand edits is sent when the server is there again", async () => {
    test.slow();
    const { ada, server, room } = desk;
    await server.kill();
    await ada.toEnd();
    const line = "0123456789".repeat(10).slice(1);
    for (let lines = 0; lines < 50; lines += 1) {
      await ada.rush(line);
      await ada.page.keyboard.press("Enter");
    }
    await expect(ada.saveState).toHaveText(/Offline, 5,?000 edits on this device/);
    await closed(ada.page);
    await server.boot();
    const back = await reopened(ada, desk, { linked: true });
    await back.saved();
    expect(await room.owner.text(desk.contentPath)).toBe(`${line}\n`.repeat(50));
  });

  test("is said to be in the tab alone where nothing can be kept, and the person is asked before it is closed", async () => {
    const { ada, server, room } = desk;
    await ada.page.close();
    const page = await ada.context.newPage();
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("not here", "SecurityError");
      };
    });
    const poor = Person.at(page, ada);
    await poor.openDocument(room.documentId);
    await server.kill();
    await poor.toEnd();
    await poor.type("thin air");
    await expect(poor.saveState).toHaveText(/Offline, 8 edits only in this tab/);
    const asked = page.waitForEvent("dialog");
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await server.boot();
    await poor.saved();
  });

  test("is asked about before signing out, and gone from the device after", async () => {
    const { ada } = desk;
    await ada.page.close();
    const cut = await reopened(ada, desk, { linked: true });
    await cut.toEnd();
    await cut.type("known ");
    await cut.saved();
    await closed(cut.page);
    const alone = await reopened(ada, desk, { linked: false });
    await expect(alone.editor).toHaveText("known ");
    await alone.toEnd();
    await alone.type("never sent");
    await alone.heldOnDevice();
    await alone.page.getByTestId("account-menu").click();
    await alone.page.getByRole("button", { name: "Sign out" }).click();
    await expect(alone.page.getByTestId("sign-out-lead")).toContainText(/\d+ edits/);
    await alone.page.keyboard.press("Escape");
    await expect(alone.editor).toHaveText("known never sent");
    await alone.page.getByTestId("account-menu").click();
    await alone.page.getByRole("button", { name: "Sign out" }).click();
    await alone.page.getByTestId("sign-out-discard").click();
    await expect(alone.page).toHaveURL(/sign-in/);
    expect(await alone.page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  });

  test("to the room is said when the tab comes back", async () => {
    const { ada, ben, server } = desk;
    await server.kill();
    const composer = ada.page.getByTestId("composer");
    await composer.fill("I was cut off");
    await composer.press("Enter");
    await expect(ada.page.getByTestId("unsent-message")).toContainText("I was cut off");
    await until("the device has it", async () => (await rows(ada.page)).some((row) => row.includes("I was cut off")));
    await closed(ada.page);
    await server.boot();
    await reopened(ada, desk, { linked: true });
    await expect(ben.page.getByTestId("message")).toHaveText([/I was cut off/]);
  });
});

/** Closes a tab as a person does; it must not ask. */
async function closed(page: Page): Promise<void> {
  page.on("dialog", (dialog) => {
    throw new Error(`the tab asks: ${dialog.type()}`);
  });
  const gone = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await gone;
}

/** Another tab of the same browser at the same document; pages come, and without a link nothing else. */
async function reopened(person: Person, desk: Desk, { linked }: { linked: boolean }): Promise<Person> {
  const page = await person.context.newPage();
  if (!linked) {
    await page.routeWebSocket(/\/ws\?/, (socket) => socket.close());
    await page.route(/\/link/, (route) => route.abort());
  }
  await page.goto(`/documents/${desk.room.documentId}`);
  const back = Person.at(page, person);
  await expect(back.editor).toBeVisible();
  // Until then the caret has nowhere to go.
  await expect(back.saveState).not.toHaveAttribute("data-state", "opening");
  return back;
}

/** Everything that the browser keeps, as text. */
async function rows(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name!);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const values = await new Promise<Uint8Array[]>((resolve, reject) => {
        const request = database.transaction("rows").objectStore("rows").getAll();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      database.close();
      found.push(...values.map((value) => new TextDecoder().decode(value)));
    }
    return found;
  });
}
