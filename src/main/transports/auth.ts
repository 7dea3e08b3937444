import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly reason: string;
}

/** Who may talk to the server of one launch: pages of its own address that hold the cookie given for the launch's token. */
export interface Guard {
  readonly token: string;
  /** Whether the request comes from this address: its Host, Origin and fetch metadata. */
  refuseForeign(headers: IncomingHttpHeaders): Refusal | undefined;
  refuseStranger(headers: IncomingHttpHeaders): Refusal | undefined;
  isToken(offered: string): boolean;
  readonly setCookie: string;
}

export function createGuard(port: number): Guard {
  const token = secret();
  const session = secret();
  const cookieName = `assay_${port}`;
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  return {
    token,
    setCookie: `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`,
    isToken: (offered) => isSame(offered, token),
    refuseForeign: (headers) => {
      if (headers.host !== host) return { status: 421, reason: `This server is ${host} only.` };
      if (headers.origin !== undefined && headers.origin !== origin)
        return { status: 403, reason: "Another page may not ask here." };
      const site = headers["sec-fetch-site"];
      if (site !== undefined && site !== "same-origin" && site !== "none") {
        return { status: 403, reason: "Another page may not lead here: open the address that Assay printed." };
      }
      return undefined;
    },
    refuseStranger: (headers) =>
      cookies(headers.cookie).some(({ name, value }) => name === cookieName && isSame(value, session))
        ? undefined
        : { status: 401, reason: "Open the address that Assay printed when it started." },
  };
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

function isSame(offered: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(offered), digest(expected));
}

function cookies(header: string | undefined): { name: string; value: string }[] {
  return (header ?? "").split(";").map((part) => {
    const at = part.indexOf("=");
    return { name: part.slice(0, Math.max(0, at)).trim(), value: part.slice(at + 1).trim() };
  });
}
