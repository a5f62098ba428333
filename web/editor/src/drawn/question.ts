// What the tab asks of the frame in which diagrams are drawn, and what it is answered.

export interface Question {
  source: string;
  isDark: boolean;
}

export interface Picture {
  /** An SVG document. */
  svg: string;
  /** Pixels. */
  width: number;
  height: number;
  /** What the diagram says that it shows; empty when it does not. */
  title: string;
}

/** The diagram, or what is wrong in the words of the program that draws it. */
export type Reply = Picture | { problem: string };

/** What the frame calls once it has the program. */
export type Draw = (question: Question) => Promise<Reply>;
