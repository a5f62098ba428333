// Markdown parsed in sections, so that a key costs the same in a document of any length.
//
// The parser of Markdown reuses what an edit left alone, yet it goes through those blocks one by one: in a megabyte that is most of the time of a
// key. At the start of a block that is in no other block it remembers nothing of what came before, so a text can be cut there. What is
// here parses one stretch of text after the other, each by the same parser, and takes a whole section from the last tree when neither its
// text nor the line that its end depends on has changed. Sections are nodes of the tree, so that whoever looks for what is in view passes
// over the others in one step each. How much of a text is parsed at once is not decided here, but by its pace.

import { type Input, NodeProp, type NodeSet, NodeType, Parser, type PartialParse, Tree, type TreeFragment } from "@lezer/common";
import { cutOf, kindOf } from "./endless.ts";
import { sectionAt } from "./groups.ts";
import { AT_ONCE, type Pace } from "./pace.ts";

/** A section ends at the first block after this many units: parsed in well under a millisecond, and few in a long text. */
export const SECTION_UNITS = 8_192;

interface Extent {
  /** Where the next section begins, from the start of this one. */
  end: number;
  /** The text up to here decided that it ends there; none for the last section, which ends with the text. */
  seen: number | null;
}

/** A number that no type of Markdown has. */
const SECTION_ID = 0xffff;

/** The name is looked for by nobody. */
const sectionType = NodeType.define({ id: SECTION_ID, name: "Section" });

const extent = new NodeProp<Extent>({ perNode: true });

/** A parser of blocks, as Markdown's is. */
interface BlockParser extends Parser {
  nodeSet: NodeSet;
}

/** Gives the same trees as the parser of blocks that it is made of, but for the nodes of sections between the top and its blocks. */
export class SectionedParser extends Parser {
  private readonly top: NodeType;

  constructor(
    private readonly blocks: BlockParser,
    private readonly sectionUnits = SECTION_UNITS,
    private readonly paceOf: (fragments: readonly TreeFragment[]) => Pace = () => AT_ONCE,
  ) {
    super();
    const top = blocks.nodeSet.types.find((type) => type.isTop);
    if (top === undefined) throw new Error("a parser of documents has a type for them");
    this.top = top;
  }

  override createParse(input: Input, fragments: readonly TreeFragment[], ranges: readonly { from: number; to: number }[]): PartialParse {
    const [range] = ranges;
    // A text with gaps is part of another language's, and never long.
    if (range === undefined || ranges.length > 1 || range.from > 0) return this.blocks.startParse(input, fragments, ranges);
    return new SectionedParse(this.blocks, this.top, this.sectionUnits, input, fragments, range.to, this.paceOf(fragments));
  }
}

class SectionedParse implements PartialParse {
  stoppedAt: number | null = null;
  private readonly sections: Tree[] = [];
  private readonly starts: number[] = [];
  /** Where the next section begins. */
  private at = 0;
  /** The section that is being parsed, as far as `limit`. */
  private current: { parse: PartialParse; limit: number; units: number } | null = null;
  private fragment = 0;
  /** What is parsed was decided by the text up to here. */
  private seen = 0;

  constructor(
    private readonly blocks: BlockParser,
    private readonly top: NodeType,
    private readonly sectionUnits: number,
    private readonly input: Input,
    private readonly fragments: readonly TreeFragment[],
    private readonly end: number,
    private readonly pace: Pace,
  ) {}

  get parsedPos(): number {
    return this.current?.parse.parsedPos ?? this.at;
  }

  stopAt(at: number): void {
    this.stoppedAt = at;
    if (this.current !== null && at < this.current.limit) this.current.parse.stopAt(at);
  }

  advance(): Tree | null {
    if (this.current === null) {
      if (this.at >= Math.min(this.end, this.stoppedAt ?? this.end)) return this.finish(this.at);
      const before = this.sectionBefore();
      if (before !== null && before.isSame) {
        this.push(before.tree, before.end, before.seen);
        return null;
      }
      if (this.pace.leaves(this.at)) return this.leave();
      // One long block is likely to be one still: no use in finding out again by trying less.
      const cut = before === null ? null : this.cutOf(before.tree);
      if (cut !== null && before !== null && before.end > this.sectionUnits) this.parse(cut - 1);
      else this.begin(before !== null && isOneBlock(before.tree) ? Math.max(before.end, this.sectionUnits) : this.sectionUnits);
    }
    const { parse } = this.current!;
    const tree = parse.advance();
    if (tree !== null) return this.take(tree);
    return this.pace.leaves(parse.parsedPos) ? this.breakOff(parse) : null;
  }

  /** A block that is longer than there is time is kept as far as it is known. */
  private breakOff(parse: PartialParse): Tree {
    if (parse.stoppedAt === null || parse.stoppedAt > parse.parsedPos) parse.stopAt(parse.parsedPos);
    let tree: Tree | null = null;
    while (tree === null) tree = parse.advance();
    this.current = null;
    this.push(section(tree), tree.length, tree.length);
    return this.leave();
  }

  /** Ends the tree here, for now. */
  private leave(): Tree {
    const end = Math.min(this.end, this.stoppedAt ?? this.end);
    const from = Math.max(this.at, this.seen);
    if (from < end) this.pace.leave(this.input, from, end);
    return this.finish(end);
  }

  /** What stood here in the last tree. */
  private sectionBefore(): { tree: Tree; end: number; seen: number; isSame: boolean } | null {
    while ((this.fragments[this.fragment]?.to ?? Infinity) <= this.at) this.fragment++;
    const found = this.fragments[this.fragment];
    if (found === undefined || found.from > this.at) return null;
    const tree = sectionAt(found.tree, this.at + found.offset);
    const reach = tree?.prop(extent);
    if (tree === null || reach === undefined) return null;
    const isSame = reach.seen === null ? this.at + reach.end === this.end && found.to === this.end : this.at + reach.seen <= found.to;
    return { tree, end: reach.end, seen: reach.seen ?? reach.end, isSame };
  }

  /** Where the block that begins here and is of the same kind as this one is cut, if it is. */
  private cutOf(tree: Tree): number | null {
    const kind = kindOf(tree);
    return kind === undefined || this.at + kind.units >= this.end ? null : cutOf(kind, this.input, this.fragments, this.at + kind.units);
  }

  private begin(units: number): void {
    this.parse(this.at + units < this.end ? endOfLine(this.input, this.at + units) : this.end);
  }

  private parse(limit: number): void {
    const units = limit - this.at;
    const parse = this.blocks.startParse(this.input, this.fragments, [{ from: this.at, to: limit }]);
    if (this.stoppedAt !== null && this.stoppedAt < limit) parse.stopAt(this.stoppedAt);
    this.current = { parse, limit, units };
  }

  private take(tree: Tree): Tree | null {
    const { limit = this.end, units = this.sectionUnits } = this.current ?? {};
    this.current = null;
    if (this.stoppedAt !== null && this.stoppedAt < limit) {
      this.push(section(tree), tree.length, tree.length);
      return this.finish(this.at);
    }
    if (limit >= this.end) {
      this.push(section(tree, { end: this.end - this.at, seen: null }), this.end - this.at, this.end - this.at);
      return this.finish(this.end);
    }
    // The last block may go on behind the limit, and belongs to the next section.
    const last = tree.topNode.lastChild;
    const end = last === null ? 0 : startOfLine(this.input, this.at + last.from) - this.at;
    if (end <= 0) {
      const cut = this.cutOf(tree);
      if (cut === null) this.begin(units * 2);
      else if (cut !== limit + 1) this.parse(cut - 1);
      else this.push(section(tree, { end: cut - this.at, seen: endOfLine(this.input, cut) + 1 - this.at }), cut - this.at, endOfLine(this.input, cut) + 1 - this.at);
      return null;
    }
    // Whether a block ends is seen by the line after it.
    const seen = endOfLine(this.input, this.at + end) + 1 - this.at;
    this.push(section(cut(tree, end), { end, seen }), end, seen);
    return null;
  }

  private push(tree: Tree, units: number, seen: number): void {
    this.seen = this.at + seen;
    this.sections.push(tree);
    this.starts.push(this.at);
    this.at += units;
  }

  private finish(end: number): Tree {
    // In groups: whoever looks for what is in view would have to pass every section by itself.
    return new Tree(this.top, this.sections, this.starts, end).balance();
  }
}

function isOneBlock(tree: Tree): boolean {
  const [first] = tree.children;
  return tree.children.length === 1 && first instanceof Tree && !first.type.isAnonymous;
}

/** The blocks of a tree, held by a section instead of a document. */
function section(tree: Tree, reach?: Extent): Tree {
  return new Tree(sectionType, tree.children, tree.positions, tree.length, reach === undefined ? [] : [[extent, reach]]);
}

/** The blocks that begin before `end`. It is as long as they are: the parser counts on blocks to end where a line does. */
function cut(tree: Tree, end: number): Tree {
  const found = tree.positions.findIndex((position) => position >= end);
  const count = found < 0 ? tree.positions.length : found;
  const children = tree.children.slice(0, count);
  const positions = tree.positions.slice(0, count);
  const last = children.at(-1);
  const start = positions.at(-1) ?? 0;
  if (last instanceof Tree && last.type.isAnonymous) children[count - 1] = cut(last, end - start);
  const length = start + (children.at(-1)?.length ?? 0);
  return new Tree(tree.type, children, positions, length, tree.propValues);
}

/** Lines are looked for in pieces of this many units. */
const PIECE_UNITS = 256;

function endOfLine(input: Input, at: number): number {
  for (let from = at; from < input.length; from += PIECE_UNITS) {
    const found = input.read(from, Math.min(from + PIECE_UNITS, input.length)).indexOf("\n");
    if (found >= 0) return from + found;
  }
  return input.length;
}

function startOfLine(input: Input, at: number): number {
  for (let to = at; to > 0; to -= PIECE_UNITS) {
    const from = Math.max(0, to - PIECE_UNITS);
    const found = input.read(from, to).lastIndexOf("\n");
    if (found >= 0) return from + found + 1;
  }
  return 0;
}
