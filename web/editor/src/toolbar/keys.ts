// The names of keys, as people read them and as machines that read to people do.

export const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const EVERYWHERE = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const APPLE: Readonly<Record<string, string>> = { ...EVERYWHERE, Mod: "⌘", Alt: "⌥", Shift: "⇧", Ctrl: "⌃" };
const OTHERS: Readonly<Record<string, string>> = { ...EVERYWHERE, Mod: "Ctrl" };

/** A binding of CodeMirror, such as `Mod-Shift-x`, in words. */
export function keyName(key: string, apple = isApple): string {
  return keyNames(key, apple).join(apple ? "" : "+");
}

/** The same, each key by itself; those that are pressed one after the other are parted by a space. */
export function keyNames(key: string, apple = isApple): string[] {
  const names = apple ? APPLE : OTHERS;
  return key.split(" ").flatMap((pressed) => parts(pressed).map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part)));
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
