// What the doctor's page looks like: a row a check, the lines that mend it below, and one choice of the proxy for all of them.

import { make } from "../dom.ts";
import type { Examination, Fault, Finding, Mend, Outcome, Proxy } from "./finding.ts";
import { type Lines, lines } from "./lines.ts";
import { mark } from "./mark.ts";
import { say } from "./words.ts";

const PROXIES: Record<Proxy, string> = { nginx: "nginx", caddy: "Caddy", traefik: "Traefik" };

/** Where it is kept which one somebody has. */
const CHOICE = "inkling-doctor-proxy";

export class Sheet {
  readonly #place: HTMLElement;
  readonly #summary = make("p", { className: "doctor-summary", role: "status" });
  readonly #again: HTMLButtonElement;
  readonly #choice: HTMLElement;
  readonly #rows = make("ul", { className: "rows doctor-rows" });
  readonly #version = make("p", { className: "tiny soft" });
  readonly #checks: readonly string[];
  #found: Finding[] = [];
  #remedies: Examination["remedies"] = [];
  #shown: { fault: Fault; lines: Lines }[] = [];
  /** Which check shows a mend: others name that one. */
  #mended = new Map<string, string>();
  #proxy = chosen();

  constructor(place: HTMLElement, checks: readonly string[], again: () => void) {
    this.#place = place;
    this.#checks = checks;
    this.#again = make("button", { className: "button", type: "button" }, say("again"));
    this.#again.dataset["testid"] = "doctor-again";
    this.#again.onclick = again;
    this.#choice = this.#choices();
    const head = make("div", { className: "doctor-head" }, this.#summary, this.#again);
    place.replaceChildren(make("p", { className: "section-lead" }, say("lead")), head, this.#choice, this.#rows, this.#version);
  }

  /** Whether the person is still there. */
  get isShown(): boolean {
    return this.#place.isConnected;
  }

  begin(): void {
    this.#found = [];
    this.#shown = [];
    this.#mended.clear();
    this.#again.disabled = true;
    this.#choice.hidden = true;
    this.#summary.textContent = say("running");
    this.#rows.replaceChildren(...this.#checks.map((check) => row(check)));
    this.#rows.ariaBusy = "true";
  }

  know({ version, remedies }: Examination): void {
    this.#remedies = remedies;
    this.#version.textContent = say("version", { version });
  }

  show(finding: Finding): void {
    this.#found.push(finding);
    const shown = row(finding.check, finding, finding.mends.map((mend) => this.#mend(mend, finding.check)));
    const pending = this.#rows.querySelector(`[data-check="${finding.check}"]`);
    if (pending === null) this.#rows.append(shown);
    else pending.replaceWith(shown);
  }

  end(): void {
    const count = (outcome: Outcome) => this.#found.filter((finding) => finding.outcome === outcome).length;
    const [failures, warnings] = [count("failed"), count("warning")];
    if (failures > 0) this.#stop("some-failed", failures);
    else if (warnings > 0) this.#stop("some-warned", warnings);
    else this.#stop("all-passed", 0);
  }

  giveUp(): void {
    this.#rows.replaceChildren();
    this.#stop("unreachable", 0);
  }

  #stop(sentence: string, count: number): void {
    this.#summary.textContent = say(sentence, { count: String(count) });
    this.#summary.dataset["state"] = sentence;
    this.#rows.ariaBusy = "false";
    this.#again.disabled = false;
    // What finds nothing new has nothing left to wait for.
    for (const pending of this.#rows.querySelectorAll("[data-outcome=pending]")) pending.remove();
  }

  #mend(mend: Mend, check: string): HTMLElement {
    const key = JSON.stringify(mend);
    const shownBy = this.#mended.get(key);
    if (shownBy !== undefined) {
      const sentence = "option" in mend ? "mend-same-option" : "mend-same";
      return make("p", { className: "small soft" }, say(sentence, { check: say(`check-${shownBy}`) }));
    }
    this.#mended.set(key, check);
    if ("option" in mend) {
      const label = make("p", { className: "small soft" }, say("mend-option"));
      return make("div", { className: "doctor-mend" }, label, lines(mend.option, say("mend-option")).element);
    }
    this.#choice.hidden = false;
    const shown = { fault: mend.proxy, lines: lines(this.#remedy(mend.proxy), say("mend-proxy")) };
    this.#shown.push(shown);
    return make("div", { className: "doctor-mend" }, shown.lines.element);
  }

  #remedy(fault: Fault): string {
    return this.#remedies.find((remedy) => remedy.fault === fault)?.[this.#proxy] ?? "";
  }

  #choices(): HTMLElement {
    const bar = make("div", { className: "choice" });
    for (const [proxy, name] of Object.entries(PROXIES) as [Proxy, string][]) {
      const input = make("input", { type: "radio", name: "proxy", value: proxy, checked: proxy === this.#proxy });
      input.onchange = () => this.#choose(proxy);
      bar.append(make("label", {}, input, name));
    }
    const legend = make("legend", { className: "field-label" }, say("mend-proxy"));
    return make("fieldset", { className: "choice-field doctor-choice", hidden: true }, legend, bar);
  }

  #choose(proxy: Proxy): void {
    this.#proxy = proxy;
    for (const { fault, lines } of this.#shown) lines.show(this.#remedy(fault));
    try {
      localStorage.setItem(CHOICE, proxy);
    } catch {
      // Where nothing can be kept, it is chosen again next time.
    }
  }
}

function row(check: string, finding?: Finding, mends: HTMLElement[] = []): HTMLElement {
  const outcome = finding?.outcome ?? "pending";
  const title = make("h2", { className: "doctor-title" }, say(`check-${check}`));
  if (finding !== undefined) title.append(make("span", { className: "tag" }, say(finding.outcome)));
  const sentence = make("p", { className: "small" }, finding === undefined ? say("running") : say(finding.sentence, finding.values));
  const shown = make("li", { className: "doctor-row" }, mark(outcome), make("div", { className: "doctor-words" }, title, sentence, ...mends));
  shown.dataset["check"] = check;
  shown.dataset["outcome"] = outcome;
  shown.dataset["testid"] = "doctor-check";
  return shown;
}

function chosen(): Proxy {
  try {
    const kept = localStorage.getItem(CHOICE);
    return kept !== null && kept in PROXIES ? (kept as Proxy) : "nginx";
  } catch {
    return "nginx";
  }
}
