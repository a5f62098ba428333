import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import type { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("somebody who formats", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("does all of it with the keyboard: marks, the bar, and the menus of blocks, people and documents", async () => {
    const { ada, room } = desk;
    const { keyboard } = ada.page;
    const menu = ada.page.locator(".cm-tooltip-autocomplete");
    await ada.toEnd();
    await keyboard.press("Control+b");
    await ada.type("strong");
    await keyboard.press("Control+b");
    await ada.type(" and ");
    await keyboard.press("Alt+F10");
    await expect(ada.page.getByRole("button", { name: "Undo" })).toBeFocused();
    for (let steps = 0; steps < 4; steps += 1) await keyboard.press("ArrowRight");
    await expect(ada.page.getByRole("button", { name: "Italic" })).toBeFocused();
    await keyboard.press("Enter");
    await keyboard.press("Escape");
    await expect(ada.editor).toBeFocused();
    await ada.type("slanted");
    await keyboard.press("Control+i");
    await keyboard.press("Enter");
    await ada.type("/nu");
    await expect(menu.getByRole("option", { name: "Numbered list" })).toHaveAttribute("aria-selected", "true");
    await keyboard.press("Enter");
    await ada.type("one");
    await keyboard.press("Enter");
    await ada.type("for @be");
    await expect(menu).toContainText("ben");
    await keyboard.press("Enter");
    await ada.type("see [[Sha");
    await expect(menu).toContainText("Shared notes");
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await ada.type("/tab");
    await expect(menu).toBeVisible();
    await keyboard.press("Escape");
    await expect(menu).toHaveCount(0);
    await stored(desk, ada, `**strong** and *slanted*\n1. one\n   1. for @ben see [Shared notes](/documents/${room.documentId})\n\n/tab`);
  });

  test("gets what is copied elsewhere as Markdown, and a picture that is not there stays as it is written", async () => {
    const { ada, ben } = desk;
    await ada.toEnd();
    await ada.type("before");
    const paste = (html: string, plain: string) =>
      ada.editor.evaluate(
        (editor, [formatted, words]) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/html", formatted);
          clipboardData.setData("text/plain", words);
          editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        },
        [html, plain] as const,
      );
    const missing = `${desk.server.url}/no-such-picture.png`;
    await paste(`<h2>Title</h2><ul><li>one<ul><li><b>two</b></li></ul></li></ul><p><img src="${missing}" alt="cat" onerror="document.title='run'"></p><script>document.title='run'</script>`, "Title one two");
    await paste("<p>some <i>more</i></p>", "some more");
    const text = `before\n\n## Title\n\n- one\n  - **two**\n\n![cat](${missing})some *more*`;
    await stored(desk, ada, text);
    await ada.toStart();
    await expect(ada.page.locator(".md-picture-elsewhere")).toHaveText("cat");
    await expect(ben.page.locator(".md-picture-elsewhere")).toHaveText("cat");
    await ada.type("And ");
    await stored(desk, ada, `And ${text}`);
    await expect(ada.page).not.toHaveTitle("run");
  });
});

/** Until the server has this text. */
async function stored(desk: Desk, person: Person, text: string): Promise<void> {
  await until("the text is stored", async () => {
    await person.saved();
    return (await desk.room.owner.text(desk.contentPath)) === text;
  }).catch(async () => expect(await desk.room.owner.text(desk.contentPath)).toBe(text));
}
