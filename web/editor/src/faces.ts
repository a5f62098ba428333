// The faces of one text: as it reads while it is written, as its source, and as plain as a form's field.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { gripping } from "./grip.ts";
import { blockPreview } from "./preview/blocks.ts";
import { codeColours } from "./preview/colour.ts";
import { homeKey } from "./preview/home.ts";
import { inlinePreview } from "./preview/inline.ts";
import { linksOpen } from "./preview/links.ts";
import type { Surroundings } from "./preview/table/widget.ts";

const FACES = ["write", "source", "read", "plain"] as const;

export type Face = (typeof FACES)[number];

export function isFace(name: string): name is Face {
  return FACES.some((face) => face === name);
}

/** What makes the editor show a face. */
export function faceExtension(face: Face, around: Surroundings): Extension {
  const named = EditorView.editorAttributes.of({ class: `face-${face}` });
  if (face !== "write") return named;
  const isComposing = () => around.isComposing();
  return [named, inlinePreview(isComposing), codeColours(isComposing), blockPreview(around), homeKey(), linksOpen(), gripping()];
}
