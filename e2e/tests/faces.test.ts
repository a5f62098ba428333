import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import type { Person } from "../harness/person.ts";
import { test } from "../harness/test.ts";
import { topLine } from "../harness/top.ts";
import { until } from "../harness/until.ts";

test.describe("one text with several faces", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("two people write in two cells of one table, and neither loses their place", async () => {
    const { ada, ben } = desk;
    await fill(desk, "above\n\n| a | b |\n| --- | --- |\n| one | two |\n\nbelow\n");
    await cell(ada, "one").click();
    await ada.page.keyboard.press("End");
    await cell(ben, "two").click();
    await ben.page.keyboard.press("End");
    await Promise.all([ada.type(" is | here", 20), ben.type(" was there", 20)]);
    await stored(desk, "above\n\n| a | b |\n| --- | --- |\n| one is \\| here | two was there |\n\nbelow\n");
    // A row more, and on in it, while the other goes on where they were.
    await ben.page.keyboard.press("Tab");
    await ben.type("new");
    await ada.type("!");
    await stored(desk, "above\n\n| a | b |\n| --- | --- |\n| one is \\| here! | two was there |\n| new |  |\n\nbelow\n");
    await expect(ada.page.locator(".md-cell:focus")).toHaveText("one is | here!");
    // Up, out of the table, and down into it again.
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("ArrowUp");
    await ada.type("^");
    await ada.page.keyboard.press("ArrowDown");
    await ada.type("v");
    await stored(desk, "above\n^\n| va | b |\n| --- | --- |\n| one is \\| here! | two was there |\n| new |  |\n\nbelow\n");
  });

  test("the words of a table's cells read as they do elsewhere, and as they are written where one writes", async () => {
    const { ada, room } = desk;
    await fill(desk, "above\n\n| a | b |\n| --- | --- |\n| _slanted_ and **bold** | # no heading |\n");
    const words = ada.page.locator(".md-cell").nth(2);
    await expect(words).toHaveText("slanted and bold");
    await expect(words.locator("em")).toHaveText("slanted");
    await expect(words.locator("strong")).toHaveText("bold");
    await expect(cell(ada, "# no heading")).toBeVisible();
    await words.click();
    await expect(words).toHaveText("_slanted_ and **bold**");
    // Pressed on words that look otherwise while one writes, it takes what is typed.
    await ada.toStart();
    await words.locator("strong").click();
    await ada.type("!");
    await until("it is in the cell", async () => (await room.owner.text(desk.contentPath)).match(/\| (.*?) \|/g)?.some((cell) => cell.includes("!")) === true);
  });

  test("what one writes is heard as what it is", async () => {
    const { ada } = desk;
    await fill(desk, "# A title\n\nSome **strong** words and [a link](https://example.org).\n\n- [x] bought\n\n> said\n\n```rust\nfn main() {}\n```\n");
    await expect(ada.page.getByRole("heading", { name: "A title", level: 1 })).toBeVisible();
    const devtools = await ada.context.newCDPSession(ada.page);
    // The text is drawn, and told to whoever listens, in steps.
    await expect(async () => {
      const { nodes } = await devtools.send("Accessibility.getFullAXTree");
      const text = nodes.find(({ role, name }) => role?.value === "textbox" && name?.value === "Text of the document");
      const heard: string[] = [];
      const listen = (ids: readonly string[]) => {
        for (const { role, name, ignored, childIds = [] } of ids.flatMap((id) => nodes.filter(({ nodeId }) => nodeId === id))) {
          if (!ignored) heard.push(`${role?.value} ${name?.value ?? ""}`.trim());
          listen(childIds);
        }
      };
      listen(text?.childIds ?? []);
      for (const one of ["heading A title", "strong", "link a link", "checkbox bought", "image Quotation", "group Code"]) expect(heard).toContain(one);
    }).toPass({ timeout: 15_000 });
  });

  test("another face shows the same text at the same place and changes nothing", async () => {
    const { ada } = desk;
    const text = Array.from({ length: 300 }, (_, at) => `- [ ] line **${at}** of the text\n`).join("");
    await fill(desk, text);
    const scroller = ada.page.locator(".cm-scroller");
    for (const face of ["Plain", "Write", "Read", "Write"]) await ada.turnTo(face);
    // With what the page has above its first line.
    await expect.poll(() => scroller.evaluate((one) => one.scrollTop)).toBe(0);
    await scroller.evaluate((one) => (one.scrollTop = 3_000));
    const top = () => ada.page.evaluate(topLine);
    await until("it has scrolled", async () => (await top()) > 20);
    const before = await top();
    for (const face of ["Source", "Plain", "Write", "Plain", "Source", "Write"]) {
      await ada.page.getByTestId("face").click();
      await ada.page.getByRole("button", { name: face, exact: true }).click();
      await until(`${face} shows line ${before}`, async () => Math.abs((await top()) - before) <= 1);
    }
    // Typed into the field, and ticked on the page: each is the smallest change.
    await ada.page.getByTestId("face").click();
    await ada.page.getByRole("button", { name: "Plain", exact: true }).click();
    const field = ada.page.getByTestId("editor-plain");
    await field.focus();
    await ada.page.keyboard.press("Control+Home");
    await ada.type("𝄞 first\n");
    // Off the line of the first box, whose marks would be seen.
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("Control+Shift+E");
    await expect(ada.editor).toBeFocused();
    await ada.page.getByRole("checkbox").first().click();
    await stored(desk, `𝄞 first\n${text.replace("[ ]", "[x]")}`);
    await ada.page.getByRole("checkbox").first().press("Space");
    await stored(desk, `𝄞 first\n${text}`);
  });

  test("no number of a footnote begins a line, whatever stands before it", async () => {
    const words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma".split(" ");
    const kinds = [(word: string) => word, (word: string) => `**${word}**`, (word: string) => `[${word}](https://example.org/)`, (word: string) => `\`${word}\``, (word: string) => `[[${word}]]`, (word: string) => `*${word}*,`];
    await fill(desk, `${kinds.map((mark) => words.map((word) => `${mark(word)}[^1]`).join(" ")).join("\n\n")}\n\n[^1]: one\n\nend`);
    const { page } = desk.ada;
    await desk.ada.toEnd();
    for (let width = 320; width <= 440; width += 10) {
      await page.setViewportSize({ width, height: 1600 });
      await expect(page.locator(".md-note-mark")).toHaveCount(kinds.length * words.length);
      const begin = await page.locator(".md-note-mark").evaluateAll((marks) => {
        const from = (mark: Element) => mark.getBoundingClientRect().left - (mark.closest(".cm-line")?.getBoundingClientRect().left ?? 0);
        return marks.filter((mark) => from(mark) < 6).length;
      });
      expect(begin, `at ${width} px`).toBe(0);
    }
  });
});

async function fill(desk: Desk, text: string): Promise<void> {
  await desk.room.owner.put(desk.contentPath, text);
  for (const person of [desk.ada, desk.ben]) await expect(person.editor).not.toBeEmpty();
}

async function stored(desk: Desk, text: string): Promise<void> {
  await until("the text is stored", async () => (await desk.room.owner.text(desk.contentPath)) === text).catch(async () => {
    expect(await desk.room.owner.text(desk.contentPath)).toBe(text);
  });
}

function cell(person: Person, words: string) {
  return person.page.locator(".md-cell", { hasText: words });
}
