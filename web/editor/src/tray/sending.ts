// Where rescued work can go: a message where it was said, a copy into a new document, or to the owners of its room. It leaves the tray once the server
// has it.

import { icon, make } from "../dom.ts";
import { type Room, rooms, save } from "./api.ts";
import { say } from "./words.ts";
import { type Act, nameOf, type Work } from "./work.ts";

const SEND =
  "M3.714 3.048a.498.498 0 0 0-.683.627l2.843 7.627a2 2 0 0 1 0 1.396l-2.842 7.627a.498.498 0 0 0 .682.627l18-8.5a.5.5 0 0 0 0-.904zM6 12h16";

/** As `shared/src/limits.rs` bounds them. */
const MESSAGE_BYTES_MAX = 16 * 1024;
const TITLE_CHARS_MAX = 200;

/** The ways that are open to this person, as soon as that is known. */
export function sending(work: Work, act: Act): HTMLElement {
  const place = make("div", { className: "rescued-ways" });
  void rooms().then((all) => {
    const writable = all.filter((room) => room.role !== "viewer");
    place.replaceChildren(...("Copy" in work.id ? copyWays(work, act, writable) : messageWays(work, act, writable)));
  });
  return place;
}

function messageWays(work: Work, act: Act, writable: Room[]): HTMLElement[] {
  const room = "Message" in work.id ? work.id.Message[0] : "";
  if (writable.every(({ id }) => id !== room)) return [];
  const button = sendButton("resend");
  button.onclick = () => act("resend", "");
  return [button];
}

function copyWays(work: Work, act: Act, writable: Room[]): HTMLElement[] {
  if (writable.length === 0) return [];
  const home = work.room?.id;
  const sorted = [...writable.filter(({ id }) => id === home), ...writable.filter(({ id }) => id !== home)];
  const select = make("select", { className: "input" }, ...sorted.map(({ id, name }) => make("option", { value: id }, name)));
  select.dataset["testid"] = "rescued-room";
  const submit = make("button", { className: "button button-primary", type: "submit" }, say("save"));
  const failed = make("p", { className: "form-error", role: "alert" });
  const saved = async (room: string): Promise<{ id: string; title: string } | undefined> => {
    failed.replaceChildren();
    submit.disabled = true;
    const title = Array.from(say("title", { title: nameOf(work) })).slice(0, TITLE_CHARS_MAX).join("");
    const made = await save(room, title, work.text);
    submit.disabled = false;
    if (made === undefined) failed.append(say("failed"));
    return made;
  };
  const done = (title: string) => {
    act("tell", say("saved", { title }));
    act("let-go", "");
  };
  const form = make("form", { className: "rescued-save" }, make("label", { className: "field-label" }, say("save-in"), select), submit);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const made = await saved(select.value);
    if (made !== undefined) done(made.title);
  };
  // Owners have nobody to ask.
  const asked = sorted.find(({ id, role }) => id === home && role === "editor");
  if (asked !== undefined) {
    const send = sendButton("send");
    send.onclick = async () => {
      const told = say("sent", { room: asked.name });
      const body = wholeMessage(work);
      if (body !== undefined) {
        act("tell", act("say", body) ? told : say("talk-closed"));
        return;
      }
      const made = await saved(asked.id);
      if (made === undefined) return;
      if (act("say", `${lead(work)}\n\n${location.origin}/documents/${made.id}`)) act("tell", told);
      done(made.title);
    };
    form.append(send);
  }
  return [form, failed];
}

function sendButton(name: "send" | "resend"): HTMLButtonElement {
  const button = make("button", { className: "button", type: "button" }, icon(SEND, 16), say(name));
  button.dataset["testid"] = `rescued-${name}`;
  return button;
}

function lead(work: Work): string {
  return say("send-lead", { title: nameOf(work) });
}

/** The text within a message; none when it is too long for one. */
function wholeMessage(work: Work): string | undefined {
  const edge = fence(work.text);
  const end = work.text.endsWith("\n") ? "" : "\n";
  const body = `${lead(work)}\n\n${edge}\n${work.text}${end}${edge}`;
  return new TextEncoder().encode(body).length <= MESSAGE_BYTES_MAX ? body : undefined;
}

/** Longer than every run of backticks in the text, so that it ends where the text does. */
export function fence(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return "`".repeat(longest + 1);
}
