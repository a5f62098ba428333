// Words that would be marks, written so that they are words. Only where they would be: text full of backslashes is nobody's text.

const SIGNS = /\\(?=[!-/:-@[-`{-~])|[`*]|\[(?=[^\]]*\])|~~|<(?=[a-zA-Z/!?])|(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])|&(?=#?\w+;)/gu;

export function escaped(text: string): string {
  return text.replace(SIGNS, (sign) => (sign === "~~" ? "\\~\\~" : `\\${sign}`));
}
