// All that people do here, without a mouse.
import { expect, type Locator, type Page } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC", "base64");

test("from the first account to signing out, everything is done with the keyboard, and one sees where one is", async ({ browser }) => {
  test.slow();
  const server = await Server.start();
  const ada = await Person.arrive(browser, server.url);
  const { page } = ada;
  const { keyboard } = page;
  await page.goto("/");
  await goTo(page, page.getByLabel("Username"));
  await keyboard.type("ada");
  await goTo(page, page.getByLabel("Password"));
  await keyboard.type("correct horse battery");
  await keyboard.press("Enter");
  await expect(ada.editor).toContainText("Welcome");

  await goTo(page, page.getByTestId("new-room"));
  await keyboard.press("Enter");
  await keyboard.type("Study");
  await keyboard.press("Enter");
  await expect(page.getByTestId("room-name")).toHaveText("Study");
  await goTo(page, page.getByTestId("room-new-document"));
  await keyboard.press("Enter");
  await keyboard.type("Report");
  await keyboard.press("Enter");
  await ada.opened();

  // Written, formatted, with a table from cell to cell and a picture.
  await goTo(page, ada.editor);
  await ada.type("# Findings");
  await keyboard.press("Enter");
  await keyboard.press("Control+b");
  await ada.type("bold");
  await keyboard.press("Control+b");
  await keyboard.press("Enter");
  await ada.type("/table");
  await expect(page.locator(".cm-tooltip-autocomplete")).toContainText("Table");
  await keyboard.press("Enter");
  // In its first cell, and from cell to cell.
  await expect(page.locator(".md-cell:focus")).toBeVisible();
  await ada.type("one");
  await keyboard.press("Tab");
  await ada.type("two");
  await keyboard.press("ArrowDown");
  await ada.type("cell");
  await expect(page.locator("th", { hasText: "one" })).toBeVisible();
  await expect(page.locator("td", { hasText: "cell" })).toBeVisible();
  await keyboard.press("ArrowDown");
  await expect(ada.editor).toBeFocused();
  // Up, into the table's last row, and out of it again.
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await expect(page.locator("td > .md-cell:focus")).toBeVisible();
  await keyboard.press("ArrowDown");
  await expect(ada.editor).toBeFocused();
  await keyboard.press("Alt+F10");
  await pick(page, "ArrowRight", page.getByRole("button", { name: "Picture or file" }));
  const chooser = page.waitForEvent("filechooser");
  await keyboard.press("Enter");
  await (await chooser).setFiles({ name: "plan.png", mimeType: "image/png", buffer: PNG });
  await keyboard.press("Escape");
  await expect(ada.editor.getByRole("img", { name: "plan" })).toBeVisible();
  await ada.saved();

  // Faces and outline: each gives the focus back.
  await leaveText(page);
  const face = page.getByTestId("face");
  await goTo(page, face);
  await keyboard.press("Enter");
  await pick(page, "ArrowDown", page.getByRole("button", { name: "Source", exact: true }));
  await keyboard.press("Enter");
  await expect(face).toBeFocused();
  await expect(ada.editor).toContainText("# Findings");
  await goTo(page, ada.editor);
  await keyboard.press("Control+Shift+o");
  await expect(page.getByTestId("outline").getByRole("button", { name: "Findings" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(ada.editor).toBeFocused();

  // Talk, invite, take along.
  await leaveText(page);
  await goTo(page, page.getByTestId("composer"));
  await keyboard.type("What do you think?");
  await keyboard.press("Enter");
  await expect(page.getByTestId("message")).toContainText("What do you think?");
  const share = page.getByTestId("share");
  await goTo(page, share);
  await keyboard.press("Enter");
  await goTo(page, page.getByRole("dialog").getByRole("button", { name: "Create link" }));
  await keyboard.press("Enter");
  await expect(page.getByTestId("copy-value")).toHaveValue(/\/invite\//);
  await keyboard.press("Escape");
  await expect(share).toBeFocused();
  const take = page.getByTestId("take-document");
  await goTo(page, take);
  await keyboard.press("Enter");
  await pick(page, "ArrowDown", page.getByRole("link", { name: /Markdown/ }));
  await keyboard.press("Escape");
  await expect(take).toBeFocused();

  // Settings by the palette; out, and in again.
  await keyboard.press("Control+k");
  await keyboard.type("settings");
  await expect(page.getByTestId("palette-input")).toHaveValue("settings");
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings/);
  await goTo(page, page.getByTestId("account-menu"));
  await keyboard.press("Enter");
  await pick(page, "ArrowDown", page.getByTestId("sidebar").getByRole("button", { name: "Sign out" }));
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/\/sign-in/);
  await goTo(page, page.getByLabel("Username"));
  await keyboard.type("ada");
  await keyboard.press("Tab");
  await keyboard.type("correct horse battery");
  await keyboard.press("Enter");
  await expect(page.getByTestId("room-link").filter({ hasText: "Study" })).toBeVisible();
  await server.dispose();
});

/** Tab by Tab; each stop on the way is seen. */
async function goTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  await pick(page, "Tab", target);
}

async function pick(page: Page, key: string, target: Locator): Promise<void> {
  for (let steps = 0; steps < 80; steps += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body || at.matches("input, textarea, [contenteditable]")) return null;
      const { outlineStyle, boxShadow } = getComputedStyle(at);
      const isPlain = outlineStyle === "none" && boxShadow === "none" && getComputedStyle(at, "::after").content === "none";
      return at.matches(":focus-visible") && isPlain ? at.outerHTML.slice(0, 200) : null;
    });
    expect(unseen, "what has the focus is seen to have it").toBeNull();
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
}

/** Tab is the text's own, until Escape says otherwise. */
async function leaveText(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
}
