// What the server answers the doctor, as `server/src/doctor` describes it, and what the checks here find in the same shape.

export type Outcome = "passed" | "warning" | "failed";
export type Fault = "socket" | "buffering" | "compression" | "body" | "headers" | "https";
export type Proxy = "nginx" | "caddy" | "traefik";
export type Mend = { proxy: Fault } | { option: string };

export interface Finding {
  check: string;
  outcome: Outcome;
  /** A message of the catalogue; its name begins with the check's. */
  sentence: string;
  values: Record<string, string>;
  mends: Mend[];
}

export type Remedy = { fault: Fault } & Record<Proxy, string>;

export interface Examination {
  version: string;
  body_bytes_max: number;
  findings: Finding[];
  remedies: Remedy[];
}

/** A check that went as it should. */
export function passed(sentence: string, values: Record<string, string> = {}): Finding {
  return found("passed", sentence, values, []);
}

/** One that did not, and what mends it. */
export function failed(sentence: string, values: Record<string, string>, ...mends: Mend[]): Finding {
  return found("failed", sentence, values, mends);
}

function found(outcome: Outcome, sentence: string, values: Record<string, string>, mends: Mend[]): Finding {
  return { check: sentence.split("-")[0]!, outcome, sentence, values, mends };
}

/** Whoever is not answered for so long is not answered, milliseconds: a tab would have tried something else by then. */
export const PATIENCE_MS = 5_000;

/** Milliseconds since a moment of `performance.now()`, for a person. */
export function since(begun: number): string {
  return String(Math.round(performance.now() - begun));
}
