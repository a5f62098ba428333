// Sentences from a message catalogue in `web/locale`: one line a message, with values and without choices.

/** Finds a message by its name and fills in values; the name itself, when the catalogue lacks it. */
export type Say = (name: string, values?: Record<string, string>) => string;

/** The sentences of a catalogue. */
export function sentences(catalogue: string): Say {
  const messages = new Map(
    catalogue
      .split("\n")
      .filter((line) => line.includes(" = ") && !line.startsWith("#"))
      .map((line) => {
        const at = line.indexOf(" = ");
        return [line.slice(0, at), line.slice(at + 3)];
      }),
  );
  return (name, values = {}) => (messages.get(name) ?? name).replace(/\{ \$(\w+) \}/g, (_, key: string) => values[key] ?? key);
}
