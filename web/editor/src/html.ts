// Stands in for `@codemirror/lang-html` in the bundle: HTML within Markdown stays plain text, which saves a third of the editor.

import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const plain = StreamLanguage.define({
  token(stream): null {
    stream.skipToEnd();
    return null;
  },
});

export function html(): LanguageSupport {
  return new LanguageSupport(plain);
}

export function htmlCompletionSource(): null {
  return null;
}
