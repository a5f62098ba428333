// Documents that come from elsewhere and leave again: one person imports them, the other sees them, and an archive of them is as good as they were.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { join } from "../harness/room.ts";
import { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC", "base64");
const SOUP = "\ufeff# Soup\r\n\r\n![plan](plan.png)\r\n\r\nhot";

test.describe("an import", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("becomes documents with their pictures for everybody, and leaves as an archive that can be imported again", async ({ browser }) => {
    const { ada, ben, room, server } = desk;
    await pick(ada, room.roomId, [
      { name: "Soup.md", mimeType: "text/markdown", buffer: Buffer.from(SOUP) },
      { name: "plan.png", mimeType: "image/png", buffer: PNG },
      { name: "latin.md", mimeType: "text/markdown", buffer: Buffer.from([0x42, 0x72, 0xfc, 0x68, 0x65]) },
    ]);
    await expect(ada.page.getByTestId("import-result")).toHaveText("Imported. Documents: 1, files: 1.");
    await expect(ada.page.getByTestId("import")).toContainText("latin.mdThis is not UTF-8 from byte 2 on.");
    // The other one sees it come without doing anything.
    await ben.page.getByTestId("sidebar").getByRole("link", { name: "Soup" }).click();
    await expect.poll(() => width(ben, "plan")).toBe(10);
    await ben.page.getByTestId("face").click();
    await ben.page.getByRole("button", { name: "Read", exact: true }).click();
    await expect.poll(() => width(ben, "plan")).toBe(10);

    await ada.page.goto(`/rooms/${room.roomId}`);
    await ada.page.getByTestId("room-menu").click();
    await ada.page.getByRole("button", { name: "Export room…" }).click();
    const saving = ada.page.waitForEvent("download");
    await ada.page.getByTestId("export").getByRole("link", { name: "Download" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("Workshop.zip");
    const archive = await readFile(await saved.path());

    const other = (await room.owner.ok("POST", "/api/v1/rooms", { name: "Elsewhere" })) as { id: string };
    await pick(ada, other.id, [{ name: "Workshop.zip", mimeType: "application/zip", buffer: archive }]);
    await expect(ada.page.getByTestId("import-result")).toHaveText("Imported. Documents: 2, files: 1.");
    const link = ada.page.getByTestId("import").getByRole("link", { name: "Soup" });
    const path = (await link.getAttribute("href")) ?? "";
    const text = await ada.context.request.get(`/api/v1${path}/content`);
    expect((await text.body()).equals(Buffer.from(SOUP))).toBe(true);
    await ada.page.goto(path);
    await expect.poll(() => width(ada, "plan")).toBe(10);

    // Who may not write takes along and brings nothing in.
    const cleo = await Person.arrive(browser, server.url, await join(server, room, "cleo", "viewer"));
    await cleo.page.goto(`/rooms/${room.roomId}`);
    await cleo.page.getByTestId("room-menu").click();
    await expect(cleo.page.getByRole("button", { name: "Export room…" })).toBeVisible();
    await expect(cleo.page.getByRole("button", { name: "Import…" })).toHaveCount(0);
  });

  test("of a vault leads from note to note and shows its pictures, as it is written, as it is read, and as a page", async ({}, info) => {
    const { ada, room } = desk;
    const vault = info.outputPath("vault");
    await mkdir(`${vault}/Sub`, { recursive: true });
    await mkdir(`${vault}/files`);
    const home = "# Home\n\nTo [[Deep note#Part two|the deep]], [beside](Sub/Deep%20note.md) and [[Nowhere]].\n\n![[plan.png|20]]\n";
    const deep = "# Deep\n\nBack to [[Home]].\n\n## Part two\n\n![[plan.png]]\n";
    await writeFile(`${vault}/Home.md`, home);
    await writeFile(`${vault}/Sub/Deep note.md`, deep);
    await writeFile(`${vault}/files/plan.png`, PNG);
    await open(ada, room.roomId);
    const choosing = ada.page.waitForEvent("filechooser");
    await ada.page.getByRole("button", { name: "Choose a folder…" }).click();
    await (await choosing).setFiles(vault);
    await expect(ada.page.getByTestId("import-result")).toHaveText("Imported. Documents: 4, files: 2.");
    const title = ada.page.getByTestId("document-title");
    await ada.page.getByTestId("import").getByRole("link", { name: "Home" }).click();
    await ada.opened();

    await expect.poll(() => width(ada, "plan")).toBe(10);
    expect(await ada.page.getByRole("img", { name: "plan" }).getAttribute("width")).toBe("20");
    await expect(ada.editor).not.toContainText("[[");
    const homePath = new URL(ada.page.url()).pathname;
    await ada.page.getByRole("link", { name: "the deep" }).click({ modifiers: ["Control"] });
    await expect(title).toHaveValue("Deep note");
    await expect(ada.page).toHaveURL(/#part-two$/);
    await ada.opened();
    await ada.turnTo("Read");
    await expect.poll(() => width(ada, "plan")).toBe(10);
    await ada.page.getByTestId("read").getByRole("link", { name: "Home" }).click();
    await expect(title).toHaveValue("Home");
    await ada.page.getByTestId("read").getByRole("link", { name: "beside" }).click();
    await expect(title).toHaveValue("Deep note");
    // Found by its name alone, wherever somebody puts it.
    await ada.page.goto(homePath);
    await ada.page.getByTestId("read").getByRole("link", { name: "Nowhere" }).click();
    await expect(ada.page.getByTestId("linked")).toContainText("There is no such document in this room");
    await ada.page.getByRole("link", { name: "Back to the text" }).click();
    await expect(title).toHaveValue("Home");
    // And by the name that it had.
    await room.owner.ok("PATCH", `/api/v1${homePath}`, { title: "House" });
    await expect(title).toHaveValue("House");
    await ada.page.getByTestId("read").getByRole("link", { name: "beside" }).click();
    await expect(title).toHaveValue("Deep note");
    await ada.page.getByTestId("read").getByRole("link", { name: "Home" }).click();
    await expect(title).toHaveValue("House");

    const page = await room.owner.text(`/api/v1${homePath}/export?format=html`);
    expect(page).toContain(`${homePath}/linked?path=Deep%2520note.md#part-two"`);
    expect(page).toContain(`${homePath}/linked?path=Sub/Deep%2520note.md"`);
    expect(await room.owner.text(`/api/v1${homePath}/content`)).toBe(home);
  });

  test("taken along as a page shows its formulas, diagrams and pictures wherever it is opened, and needs nothing else", async ({ browser }) => {
    test.slow();
    const { ada, room } = desk;
    const text = "# Soup\n\n$x^2$ and ![plan](plan.png) and ![else](https://b.example/c.png)\n\n$$\n\\sum_i i\n$$\n\n```mermaid\nflowchart LR\n  A --> B\n```\n";
    await pick(ada, room.roomId, [
      { name: "Soup.md", mimeType: "text/markdown", buffer: Buffer.from(text) },
      { name: "plan.png", mimeType: "image/png", buffer: PNG },
    ]);
    await ada.page.getByTestId("import").getByRole("link", { name: "Soup" }).click();
    await ada.opened();
    await ada.page.getByTestId("take-document").click();
    const saving = ada.page.waitForEvent("download");
    await ada.page.getByRole("button", { name: "Download as a web page" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("Soup.html");
    const body = await readFile(await saved.path(), "utf8");

    // On another machine, without a network.
    const elsewhere = await browser.newContext();
    const page = await elsewhere.newPage();
    const wrong: string[] = [];
    page.on("console", (message) => wrong.push(message.text()));
    page.on("request", (request) => /^(?:data:|https:\/\/there\.example\/)/.test(request.url()) || wrong.push(request.url()));
    await page.route("https://there.example/**", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
    await page.goto("https://there.example/Soup.html");
    await expect(page.locator("math")).toHaveCount(2);
    await expect(page.locator("math[display=block]")).toBeVisible();
    const sizes = await page.locator("img").evaluateAll((all) => all.map((one) => [(one as HTMLImageElement).alt, (one as HTMLImageElement).naturalWidth] as const));
    expect(sizes[0]).toEqual(["plan", 10]);
    expect(sizes[1]?.[0]).toContain("A --> B");
    expect(sizes[1]?.[1]).toBeGreaterThan(50);
    await expect(page.getByRole("link", { name: "else" })).toHaveAttribute("href", "https://b.example/c.png");
    expect(wrong).toEqual([]);
    await elsewhere.close();
  });

  test("begins where files are dropped on the list of documents, and pages among them become Markdown", async () => {
    const { ada, room } = desk;
    const pad = "<!DOCTYPE HTML><html><head><title>Pad</title><style>ol{}</style></head><body>First<br><strong>bold</strong> line<br><br><ul class=\"bullet\"><li>one</li><li>two</li></ul>last<br></body></html>";
    const list = ada.page.getByTestId("sidebar").locator(".import-zone");
    const dropped = await ada.page.evaluateHandle((pad) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([pad], "Pad.html", { type: "text/html" }));
      transfer.items.add(new File(["# Plain"], "Plain.md", { type: "text/markdown" }));
      return transfer;
    }, pad);
    await list.dispatchEvent("dragover", { dataTransfer: dropped });
    await expect(list).toHaveAttribute("data-files");
    await list.dispatchEvent("drop", { dataTransfer: dropped });
    await expect(list).not.toHaveAttribute("data-files");
    await expect(ada.page.getByTestId("import-result")).toHaveText("Imported. Documents: 2, files: 0.");
    const path = await ada.page.getByTestId("import").getByRole("link", { name: "Pad" }).getAttribute("href");
    expect(await room.owner.text(`/api/v1${path}/content`)).toBe("First\\\n**bold** line\n\n- one\n- two\n\nlast\n");
    await ada.page.getByRole("button", { name: "Close" }).click();

    await ada.page.getByTestId("documents-menu").click();
    await ada.page.getByRole("button", { name: "Import…" }).click();
    await expect(ada.page.getByTestId("import-files")).toBeFocused();
  });
});

async function open(person: Person, room: string): Promise<void> {
  await person.page.goto(`/rooms/${room}`);
  await person.page.getByTestId("room-menu").click();
  await person.page.getByRole("button", { name: "Import…" }).click();
}

async function pick(person: Person, room: string, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await open(person, room);
  const choosing = person.page.waitForEvent("filechooser");
  await person.page.getByTestId("import-files").click();
  await (await choosing).setFiles(files);
}

/** How wide the image is by its own bytes; 0 before they are there. */
function width(person: Person, name: string): Promise<number> {
  const image = person.page.getByRole("img", { name });
  return image.first().evaluate((image: HTMLImageElement) => image.naturalWidth).catch(() => 0);
}
