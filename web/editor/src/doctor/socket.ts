// Whether a WebSocket opens, and whether what is said through it is answered.

import { type Finding, failed, PATIENCE_MS, passed, since } from "./finding.ts";

export function checkSocket(): Promise<Finding> {
  return new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`, "inkling.v1.json");
    let isOpen = false;
    let asked = 0;
    const end = (finding: Finding) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      done(finding);
    };
    const amiss = () => end(failed(isOpen ? "socket-mute" : "socket-refused", {}, { proxy: "socket" }));
    const timer = setTimeout(amiss, PATIENCE_MS);
    socket.onclose = amiss;
    socket.onopen = () => {
      isOpen = true;
      asked = performance.now();
      socket.send('"ping"');
    };
    socket.onmessage = ({ data }) => {
      if (String(data).startsWith('{"pong"')) end(passed("socket-works", { ms: since(asked) }));
    };
  });
}
