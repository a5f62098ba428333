// The names of keys, as people read them and as machines that read to people do.

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const APPLE: Readonly<Record<string, string>> = { Mod: "⌘", Alt: "⌥", Shift: "⇧" };
const OTHERS: Readonly<Record<string, string>> = { Mod: "Ctrl" };

/** A binding of CodeMirror, such as `Mod-Shift-x`, in words. */
export function keyName(key: string, apple = isApple): string {
  const names = apple ? APPLE : OTHERS;
  return parts(key)
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(apple ? "" : "+");
}

/** The same as `aria-keyshortcuts` wants it. */
export function ariaKey(key: string, apple = isApple): string {
  return parts(key)
    .map((part) => (part === "Mod" ? (apple ? "Meta" : "Control") : part))
    .join("+");
}

function parts(key: string): string[] {
  return key.split(/-(?!$)/);
}
