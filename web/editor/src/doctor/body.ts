// Whether the largest body that the server takes gets through to it.

import { type Finding, failed, passed } from "./finding.ts";

export async function checkBody(bytes: number): Promise<Finding> {
  const size = `${Math.round((bytes / 2 ** 20) * 10) / 10} MB`;
  try {
    // A server that takes nothing from this page closes the connection in the middle of a large body, and then nobody learns why.
    if ((await post(1)).code === "foreign_origin") return failed("body-foreign", {}, { option: `--public-url ${location.origin}` });
    const answer = await post(bytes);
    if (answer.arrived === bytes) return passed("body-works", { size });
    return failed("body-refused", { size, status: String(answer.status) }, { proxy: "body" });
  } catch {
    return failed("body-broken", { size }, { proxy: "body" });
  }
}

async function post(bytes: number): Promise<{ status: number; arrived?: number; code?: string }> {
  const headers = { "content-type": "application/octet-stream" };
  const answer = await fetch("/api/v1/admin/doctor/body", { method: "POST", headers, body: new Uint8Array(bytes) });
  // What something on the way answers is no JSON.
  const said = await answer.json().catch(() => ({}));
  return { status: answer.status, arrived: said.bytes, code: said.error?.code };
}
