// Finding and replacing in the text, and in what is drawn of it.

import { search } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { FindPanel } from "./find/panel.ts";
import { foundInTables } from "./find/tables.ts";

export function finding(): Extension {
  return [search({ top: true, createPanel: (view) => new FindPanel(view) }), foundInTables()];
}
