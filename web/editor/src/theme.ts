// Runs before the first paint, and is therefore small: what the person chose about the looks (`choices.ts`), and which outline to show until
// the tab's program is here.

{
  const root = document.documentElement;
  for (const choice of ["theme", "text-face", "width", "text-size", "focus", "typewriter", "keys"]) {
    try {
      // A word that no sheet knows changes nothing.
      const word = localStorage.getItem(`inkling.${choice}`);
      if (word !== null) root.setAttribute(`data-${choice}`, word);
    } catch {
      // Storage can be switched off; then the usual looks are the looks.
    }
  }
  const colours = [...document.querySelectorAll('meta[name="theme-color"]')].map((meta) => ({ meta, system: meta.getAttribute("media") ?? "" }));
  // What the browser paints around the page follows the theme that the page has, and the system where nothing is chosen.
  const paint = (): void => {
    const shown = root.dataset.theme ?? "";
    for (const { meta, system } of colours) meta.setAttribute("media", !/^(light|dark)$/.test(shown) ? system : system.includes(shown) ? "all" : "not all");
  };
  paint();
  new MutationObserver(paint).observe(root, { attributeFilter: ["data-theme"] });
  if (/^\/(welcome|sign-in|register|invite)(\/|$)/.test(location.pathname)) root.dataset.boot = "card";
}
