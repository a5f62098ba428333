// What `web/prose` answers: numbers first, then all texts as one (`web/prose/src/pack.rs`).

/** Kinds of events, and of elements that are started. */
export const Kind = {
  End: 0,
  At: 1,
  Text: 2,
  Code: 3,
  Math: 4,
  Image: 5,
  Break: 6,
  Rule: 7,
  Task: 8,
  Property: 9,
  Reference: 10,
  Diagram: 11,
  Paragraph: 16,
  Heading: 17,
  Quote: 18,
  Callout: 19,
  CalloutTitle: 20,
  CodeBlock: 21,
  Verbatim: 22,
  Bullets: 23,
  Numbers: 24,
  Item: 25,
  Table: 26,
  Head: 27,
  Row: 28,
  Cell: 29,
  Properties: 30,
  Footnotes: 31,
  Footnote: 32,
  Emphasis: 33,
  Strong: 34,
  Strikethrough: 35,
  Highlight: 36,
  Link: 37,
} as const;

/** How many texts, and then how many numbers, belong to those that have any. */
const SHAPES: Record<number, readonly [texts: number, numbers: number]> = {
  [Kind.At]: [0, 1],
  [Kind.Text]: [1, 0],
  [Kind.Code]: [1, 0],
  [Kind.Math]: [1, 1],
  [Kind.Diagram]: [1, 0],
  [Kind.Image]: [3, 2],
  [Kind.Task]: [0, 1],
  [Kind.Property]: [2, 0],
  [Kind.Reference]: [0, 2],
  [Kind.Heading]: [1, 1],
  [Kind.Callout]: [0, 1],
  [Kind.CodeBlock]: [1, 0],
  [Kind.Numbers]: [0, 1],
  [Kind.Cell]: [0, 2],
  [Kind.Footnote]: [0, 2],
  [Kind.Link]: [2, 0],
};

const NOTHING: readonly [number, number] = [0, 0];

export interface Packed {
  readonly numbers: Uint32Array;
  readonly text: string;
}

export function unpack(bytes: Uint8Array): Packed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const numbers = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) numbers[at] = view.getUint32(4 + 4 * at, true);
  // What begins with a mark of byte order keeps it.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(4 + 4 * count));
  return { numbers, text };
}

/** Goes from event to event. */
export class Cursor {
  kind: number = Kind.End;
  /** What belongs to the event behind its texts. */
  numbers: number[] = [];
  /** Where the event begins among the numbers. */
  began = 0;
  #texts = 0;
  #textsAt = 0;

  constructor(
    private readonly packed: Packed,
    /** The place among the numbers. */
    public at = 0,
    /** The place in the text. */
    public textAt = 0,
  ) {}

  /** Goes to the next event; false behind the last. */
  next(): boolean {
    const { numbers } = this.packed;
    if (this.at >= numbers.length) return false;
    this.began = this.at;
    this.kind = numbers[this.at] ?? Kind.End;
    const [texts, others] = SHAPES[this.kind] ?? NOTHING;
    const first = this.at + 1;
    this.#texts = first;
    this.#textsAt = this.textAt;
    for (let at = first; at < first + texts; at += 1) this.textAt += numbers[at] ?? 0;
    this.at = first + texts + others;
    this.numbers = others === 0 ? [] : Array.from(numbers.subarray(first + texts, this.at));
    return true;
  }

  get starts(): boolean {
    return this.kind >= Kind.Paragraph;
  }

  /** One of the texts of the event. */
  text(which = 0): string {
    const { numbers, text } = this.packed;
    let from = this.#textsAt;
    for (let at = 0; at < which; at += 1) from += numbers[this.#texts + at] ?? 0;
    return text.slice(from, from + (numbers[this.#texts + which] ?? 0));
  }
}
