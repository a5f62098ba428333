// Documents of shapes that are hard on an editor, each with a line to type into at its start, in its middle and at its end.

/** Where somebody types: the ends of these lines. */
export const PLACES = ["first", "middle", "last"] as const;

const line = (place: (typeof PLACES)[number]) => `Here is the ${place} line`;

export interface Shape {
  name: string;
  text: string;
}

/** The picture is one of the server's own: others are not shown. */
export function shapes(picture: string): Shape[] {
  const words = "some words that go on for a while without an end, as in a log. ";
  return [
    { name: "a line of 1 MB", text: oneLine(words.repeat(16_000)) },
    { name: "20 000 lines", text: amid((index) => `a short line, number ${index}`, 20_000, "\n") },
    { name: "20 000 items", text: amid((index) => `- an item, number ${index}`, 20_000, "\n") },
    { name: "1 MB of code", text: fenced(24_000) },
    { name: "2 000 tables", text: amid((index) => `| thing | count |\n|---|---|\n| one | ${index} |\n| two | **${index}** |`, 2_000, "\n\n") },
    { name: "drawn things", text: amid((index) => drawnThing(index, picture), 3_000, "\n\n") },
  ];
}

function oneLine(words: string): string {
  const half = words.length >> 1;
  return `${line("first")} ${words.slice(0, half)}${line("middle")} ${words.slice(half)}${line("last")}`;
}

function amid(piece: (index: number) => string, count: number, between: string): string {
  const pieces = Array.from({ length: count }, (_, index) => piece(index));
  const half = count >> 1;
  return [line("first"), ...pieces.slice(0, half), line("middle"), ...pieces.slice(half), line("last")].join(between);
}

function fenced(count: number): string {
  return `${line("first")}\n\n\`\`\`js\n${amid((index) => `const value${index} = compute(${index}, "text");`, count, "\n")}\n\`\`\`\n\n${line("last")}`;
}

function drawnThing(index: number, picture: string): string {
  if (index % 10 === 0) return `\`\`\`mermaid\nflowchart LR\n  A${index} --> B\n\`\`\``;
  if (index % 10 === 1) return `![a picture](${picture})`;
  return index % 2 === 0 ? `The sum $x_{${index}}^2 + y$ of all` : `$$\n\\sum_{n=1}^{${index}} n^2\n$$`;
}
