// Style sheets that come with scripts. CodeMirror's come without a `<style>` element: a strict content security policy forbids those, and not sheets that are adopted.

import { StyleModule } from "style-mod";

const sheets = new Map<StyleModule, CSSStyleSheet>();

/** From now on, style modules become adopted sheets of the document. */
export function adoptStyles(): void {
  StyleModule.mount = (_root, modules) => {
    for (const module of Array.isArray(modules) ? modules : [modules]) {
      // A module that comes again moves to the end: later ones take precedence.
      const sheet = sheets.get(module) ?? parse(module);
      sheets.delete(module);
      sheets.set(module, sheet);
    }
    const own = new Set(sheets.values());
    document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((sheet) => !own.has(sheet)), ...own];
  };
}

/** Adopts a sheet that came with a part of the tab; the answer lets go of it. */
export function adoptSheet(text: string): () => void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet));
}

function parse(module: StyleModule): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(module.getRules());
  return sheet;
}
