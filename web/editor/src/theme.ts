// Runs before the first paint, and is therefore small: what the person chose about the looks, and which outline to show until the tab's
// program is here. The settings page writes the same keys.

{
  const root = document.documentElement;
  const chosen = (key: string): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      // Storage can be switched off; then the system's looks are the looks.
      return null;
    }
  };
  const theme = chosen("inkling.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const colours = [...document.querySelectorAll('meta[name="theme-color"]')].map((meta) => ({ meta, system: meta.getAttribute("media") ?? "" }));
  // What the browser paints around the page follows the theme that the page has, and the system where nothing is chosen.
  const paint = (): void => {
    const { theme: shown } = root.dataset;
    for (const { meta, system } of colours) meta.setAttribute("media", shown === undefined ? system : system.includes(shown) ? "all" : "not all");
  };
  paint();
  new MutationObserver(paint).observe(root, { attributeFilter: ["data-theme"] });
  const face = chosen("inkling.text-face");
  if (face === "serif" || face === "mono") root.dataset.textFace = face;
  if (/^\/(welcome|sign-in|register|invite)(\/|$)/.test(location.pathname)) root.dataset.boot = "card";
}
