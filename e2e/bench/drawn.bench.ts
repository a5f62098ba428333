// How long a formula takes from its text to what is drawn of it: the first one, for which all that draws is loaded, and later ones. Prints; asserts no time.
import { type Page, test } from "@playwright/test";
import { arrive, makeDocument, makeStage } from "./contenders.ts";
import { percentile } from "./table.ts";

const LATER = 40;

test("formulas", async ({ browser }) => {
  const stage = await makeStage(browser);
  const documentId = await makeDocument(stage, "formulas", "Words before\n\n");
  const { person } = await arrive(stage, documentId, "ours");
  await person.toEnd();
  const times: number[] = [];
  for (let index = 0; index <= LATER; index++) times.push(await drawn(person.page, index));
  const [first, ...later] = times;
  console.log(`\na formula, from its last key to its picture: the first ${first!.toFixed(0)} ms, later ones ${percentile(later, 50).toFixed(1)} ms (p95 ${percentile(later, 95).toFixed(1)} ms)`);
  await person.leave();
  await stage.server.dispose();
});

/** Types a formula that nobody has drawn before, leaves it, and waits until its picture is painted. */
async function drawn(page: Page, index: number): Promise<number> {
  await page.keyboard.type(`$\\frac{x_{${index}}}{y} + \\sqrt{z}$`);
  await page.evaluate((count) => {
    window.drawn = new Promise((resolve) => {
      let began: number | undefined;
      const painted = () => {
        if (began === undefined || document.querySelectorAll(".cm-content .katex").length <= count) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - began!);
          port2.postMessage(undefined);
        });
      };
      const observer = new MutationObserver(painted);
      observer.observe(document.querySelector(".cm-content")!, { childList: true, subtree: true });
      window.addEventListener("keydown", () => (began = performance.now()), { once: true, capture: true });
    });
  }, index);
  // With the blank behind it the caret leaves it.
  await page.keyboard.press("Space");
  return page.evaluate(() => window.drawn!);
}

declare global {
  interface Window {
    drawn?: Promise<number>;
  }
}
