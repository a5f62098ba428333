// Whoever selects all while reading means the text, not the tab around it.

/** Takes the keys for selecting all on a page. `finish` makes what is not made yet. */
export function selectWhole(page: HTMLElement, finish: () => void): void {
  page.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "a") return;
    event.preventDefault();
    finish();
    getSelection()?.selectAllChildren(page);
  });
}
