// What the reader chose about the looks, kept in this browser: one word each, told to the style sheets as attributes of the root element.
// `theme.ts` puts them there before the first paint.

/** The words of each, the usual one first: it is the one that is not written down. */
export const CHOICES = {
  theme: ["system", "light", "dark"],
  "text-face": ["standard", "sans", "serif", "mono"],
  width: ["normal", "narrow", "wide", "full"],
  "text-size": ["normal", "small", "large", "larger", "largest"],
  focus: ["off", "paragraph", "sentence"],
  typewriter: ["off", "on"],
  keys: ["standard", "vim"],
} as const;

export type Choice = keyof typeof CHOICES;

/** Does something that may set the text anew, and sees to it that the person still reads the same line. */
type Keeper = (change: () => void) => void;

const keepers = new Set<Keeper>();
const watchers = new Set<() => void>();

export function chosen(choice: Choice): string {
  const words: readonly string[] = CHOICES[choice];
  const value = document.documentElement.dataset[inData(choice)];
  return words.find((word) => word === value) ?? usual(choice);
}

export function usual(choice: Choice): string {
  return CHOICES[choice][0];
}

export function choose(choice: Choice, word: string): void {
  const { dataset } = document.documentElement;
  const isUsual = word === usual(choice);
  const change = [...keepers].reduce<() => void>(
    (inner, keep) => () => keep(inner),
    () => {
      if (isUsual) delete dataset[inData(choice)];
      else dataset[inData(choice)] = word;
    },
  );
  change();
  try {
    if (isUsual) localStorage.removeItem(`inkling.${choice}`);
    else localStorage.setItem(`inkling.${choice}`, word);
  } catch {
    // Storage can be switched off or full; then the choice ends with the page.
  }
  for (const watch of watchers) watch();
}

/** Until what it answers is called. */
export function keepPlace(keeper: Keeper): () => void {
  keepers.add(keeper);
  return () => keepers.delete(keeper);
}

/** Calls this after each choice, until what it answers is called. */
export function watchChoices(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

/** To what is not seen now, whoever chose that. */
export function switchTheme(): void {
  const theme = chosen("theme");
  const isDark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  choose("theme", isDark ? "light" : "dark");
}

function inData(choice: Choice): string {
  return choice.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase());
}
