// The doctor's sentences, from a catalogue of its own: they are many, and nobody else has to load them. One line a message.

import catalogue from "../../../locale/doctor.en.ftl";

/** The message of that name with values filled in; the name itself, when the catalogue lacks it. */
export function say(name: string, values: Record<string, string> = {}): string {
  const text = messages.get(name) ?? name;
  return text.replace(/\{ \$(\w+) \}/g, (_, key: string) => values[key] ?? key);
}

const messages = new Map(
  catalogue
    .split("\n")
    .filter((line) => line.includes(" = ") && !line.startsWith("#"))
    .map((line) => {
      const at = line.indexOf(" = ");
      return [line.slice(0, at), line.slice(at + 3)];
    }),
);
