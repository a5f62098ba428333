// What the words of a program are, as far as colours go: a pattern for each language, tried at one place after the other. Not parsers: whoever
// reads code in a document wants to tell comments, texts and names apart, and nothing has to load for that but this.

// What never ends goes on to the end of the text, `(?![^])`: a `$` would be the end of its line.

/** From, to, and the class of a colour. */
export type Piece = [from: number, to: number, kind: Kind];

export type Kind = "comment" | "string" | "number" | "keyword" | "name" | "type";

interface Language {
  /** In the order in which they are tried; a capital letter's words are types when nothing else takes them. */
  patterns: readonly (readonly [Kind, string])[];
  keywords?: ReadonlySet<string>;
  /** Words mean the same in capital and small letters. */
  isLoose?: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const SLASHES = ["comment", String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|(?![^]))`] as const;
const HASHES = ["comment", String.raw`(?<![^\s])#[^\n]*`] as const;
const DOUBLE = String.raw`"(?:[^"\\\n]|\\[^])*"?`;
const SINGLE = String.raw`'(?:[^'\\\n]|\\[^])*'?`;
const NUMBER = ["number", String.raw`(?<![\w$])(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)\w*`] as const;
const CALL = ["name", String.raw`[A-Za-z_$][\w$]*(?=!?\()`] as const;

const javascript: Language = {
  patterns: [SLASHES, ["string", `${DOUBLE}|${SINGLE}|${"`(?:[^`\\\\]|\\\\[^])*`?"}`], NUMBER, CALL],
  keywords: words("abstract as async await break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface keyof let namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined var void while with yield"),
};

const LANGUAGES: Readonly<Record<string, Language>> = {
  javascript,
  json: { patterns: [["name", `${DOUBLE}(?=\\s*:)`], ["string", DOUBLE], NUMBER], keywords: words("true false null") },
  html: {
    patterns: [["comment", "<!--[^]*?(?:-->|(?![^]))"], ["keyword", String.raw`<[!?\/]?[A-Za-z][\w:-]*|\/?>`], ["name", String.raw`[\w:@-]+(?=\s*=)`], ["string", `"[^"<]*"|'[^'<]*'`], ["number", String.raw`&#?\w+;`]],
  },
  css: {
    patterns: [["comment", String.raw`\/\*[^]*?(?:\*\/|(?![^]))`], ["string", `${DOUBLE}|${SINGLE}`], ["keyword", String.raw`@[\w-]+|!important`], ["name", String.raw`[\w-]+(?=\s*:[^:{]*[;}\n])`], ["number", String.raw`#[\da-fA-F]{3,8}\b|(?<![\w-])-?\d*\.?\d+(?:%|[a-z]+)?`], ["type", String.raw`[.#&]?[A-Za-z_-][\w-]*(?=[^;{}]*\{)`]],
  },
  python: {
    patterns: [HASHES, ["string", String.raw`[rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|(?![^]))|'''[^]*?(?:'''|(?![^]))|${DOUBLE}|${SINGLE})`], ["keyword", String.raw`@[\w.]+`], NUMBER, CALL],
    keywords: words("False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield"),
  },
  rust: {
    patterns: [SLASHES, ["string", String.raw`b?r(#*)"[^]*?(?:"\1|(?![^]))|b?"(?:[^"\\]|\\[^])*"?|b?'(?:[^'\\\n]|\\[^'\n]+)'`], ["keyword", String.raw`#!?\[[^\]\n]*\]`], ["name", String.raw`'[a-z_]\w*|[a-z_]\w*!`], NUMBER, CALL],
    keywords: words("as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64"),
  },
  shell: {
    patterns: [HASHES, ["string", `"(?:[^"\\\\]|\\\\[^])*"?|'[^']*'?`], ["name", String.raw`\$(?:\w+|\{[^}\n]*\}|[?#@*!$-])`], ["type", String.raw`(?<=\s)--?[A-Za-z][\w-]*`]],
    keywords: words("if then else elif fi for while until do done case esac in function return local export readonly set unset cd echo exit source sudo"),
  },
  sql: {
    patterns: [["comment", String.raw`--[^\n]*|\/\*[^]*?(?:\*\/|(?![^]))`], ["string", "'(?:[^']|'')*'?"], ["name", '"[^"\n]*"'], NUMBER],
    keywords: words("add all alter and any as asc begin between by case check column commit constraint create cross default delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then transaction true union unique update using values view when where with"),
    isLoose: true,
  },
  yaml: {
    patterns: [HASHES, ["name", String.raw`(?<=^[ \t]*(?:-[ \t]+)*)[\w."'\/-]+(?=[ \t]*:(?:\s|$))`], ["string", `${DOUBLE}|${SINGLE}`], ["keyword", String.raw`^---|[&*!][\w-]+`], NUMBER],
    keywords: words("true false null yes no on off"),
  },
};

const OTHER_NAMES: Readonly<Record<string, string>> = {
  js: "javascript", jsx: "javascript", mjs: "javascript", ts: "javascript", tsx: "javascript", typescript: "javascript", json5: "json", jsonc: "json", xml: "html", svg: "html", scss: "css",
  py: "python", python3: "python", rs: "rust", sh: "shell", bash: "shell", zsh: "shell", console: "shell", sqlite: "sql", postgresql: "sql", mysql: "sql", yml: "yaml",
};

const WORD = String.raw`[A-Za-z_$][\w$]*`;

const compiled = new Map<Language, RegExp>();

/** The coloured pieces of a program, ascending; none when the language is not known. */
export function colour(language: string, text: string): Piece[] {
  const name = language.toLowerCase();
  const found = LANGUAGES[OTHER_NAMES[name] ?? name];
  if (found === undefined || !Object.hasOwn(LANGUAGES, OTHER_NAMES[name] ?? name)) return [];
  const pattern = compiled.get(found) ?? compile(found);
  const pieces: Piece[] = [];
  for (const match of text.matchAll(pattern)) {
    const kind = kindOf(match, found);
    if (kind !== null && match[0] !== "") pieces.push([match.index, match.index + match[0].length, kind]);
  }
  return pieces;
}

function compile(language: Language): RegExp {
  const all = language.patterns.map(([kind, source], index) => `(?<${kind}${index}>${source.replaceAll("\\1", `\\k<hashes>`).replace("(#*)", "(?<hashes>#*)")})`);
  const pattern = new RegExp([...all, `(?<word>${WORD})`].join("|"), "gm");
  compiled.set(language, pattern);
  return pattern;
}

function kindOf(match: RegExpExecArray | RegExpMatchArray, language: Language): Kind | null {
  const [whole] = match;
  if (language.keywords?.has(language.isLoose ? whole.toLowerCase() : whole)) return "keyword";
  for (const [index, [kind]] of language.patterns.entries()) if (match.groups?.[`${kind}${index}`] !== undefined) return kind;
  return /^[A-Z]/.test(whole) && !language.isLoose ? "type" : null;
}
