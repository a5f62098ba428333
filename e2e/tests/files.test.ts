// Files in documents: put into the text, shown to the other person, and sent later when there is no network.
import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Network } from "../harness/network.ts";
import { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC", "base64");

test.describe("a file", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("that is pasted is an image in both texts, and one that is pasted without a network is sent when there is one", async () => {
    const { ada, ben, room } = desk;
    await ada.openDocument(room.documentId);
    await ben.openDocument(room.documentId);
    await ada.toEnd();
    await paste(ada, "plan.png", "image/png", PNG);
    await expect(ada.page.getByRole("img", { name: "plan" })).toBeVisible();
    await ben.page.bringToFront();
    await expect.poll(() => width(ben)).toBe(10);
    await expect(ada.page.getByTestId("files")).toBeHidden();

    await ada.page.close();
    const network = await Network.around(ada.context);
    const again = Person.at(await ada.context.newPage(), ada);
    await again.openDocument(room.documentId);
    await network.cut();
    await again.toEnd();
    await paste(again, "notes.txt", "text/plain", Buffer.from("kept"));
    await expect(again.page.getByTestId("files")).toContainText("notes.txt");
    await again.page.close();
    network.mend();
    const back = Person.at(await ada.context.newPage(), ada);
    await back.page.goto("/");
    await back.openDocument(room.documentId);
    await expect(ben.editor).toContainText("notes.txt");
    const list = () => ben.context.request.get(`/api/v1/documents/${room.documentId}/attachments`);
    await expect.poll(async () => ((await (await list()).json()) as { items: unknown[] }).items.length).toBe(2);
    const { items } = (await (await list()).json()) as { items: { name: string; url: string }[] };
    expect(items.map(({ name }) => name)).toEqual(["plan.png", "notes.txt"]);
    expect(await (await ben.context.request.get(items[1]!.url)).text()).toBe("kept");
    await expect(back.page.getByTestId("files")).toBeHidden();
  });

  test("that the server does not take is told in its words, and can be had back", async () => {
    const { ada, room } = desk;
    await ada.openDocument(room.documentId);
    await ada.toEnd();
    await paste(ada, "large.bin", "", Buffer.alloc(26_214_401));
    await expect(ada.page.getByTestId("files")).toContainText("That is too large.");
    const saved = ada.page.waitForEvent("download");
    await ada.page.getByRole("button", { name: "Download large.bin" }).click();
    expect((await saved).suggestedFilename()).toBe("large.bin");
    await ada.page.getByRole("button", { name: "Do not send large.bin" }).click();
    await expect(ada.page.getByTestId("files")).toBeHidden();
    await expect(ada.editor).not.toContainText("large.bin");
  });
});

async function paste(person: Person, name: string, type: string, bytes: Buffer): Promise<void> {
  await person.editor.evaluate(
    (editor, [name, type, data]) => {
      const bytes = Uint8Array.from(atob(data ?? ""), (letter) => letter.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], name ?? "", { type: type ?? "" }));
      editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [name, type, bytes.toString("base64")],
  );
}

/** How wide the image is by its own bytes; 0 before they are there. */
function width(person: Person): Promise<number> {
  return person.page.getByRole("img", { name: "plan" }).evaluate((image: HTMLImageElement) => image.naturalWidth);
}
