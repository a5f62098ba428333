// CodeMirror's style sheets without a `<style>` element: a strict content security policy forbids those, and not sheets that are adopted.

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

function parse(module: StyleModule): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(module.getRules());
  return sheet;
}
