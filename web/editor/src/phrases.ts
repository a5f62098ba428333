// CodeMirror's own words, from our catalogue.

import { EditorState, type Extension } from "@codemirror/state";
import { say } from "./toolbar/words.ts";

/** `$` stands for a number. */
export function phrases(): Extension {
  return EditorState.phrases.of({
    close: say("close"),
    "current match": say("find-current"),
    "replaced match on line $": say("replaced-one"),
    "replaced $ matches": say("replaced-all"),
    "on line": say("find-line"),
    "Go to line": say("line"),
    go: say("line-go"),
    Completions: say("suggestions"),
    "Selection deleted": say("selection-deleted"),
    "folded code": say("folded"),
    unfold: say("unfold"),
    "Folded lines": say("lines-folded"),
    "Unfolded lines": say("lines-unfolded"),
    to: say("lines-to"),
  });
}
