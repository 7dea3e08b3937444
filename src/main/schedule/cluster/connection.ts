import { readFileSync } from "node:fs";
import { AssayError } from "../../../shared/base/errors.ts";

/** How to reach the broker; holds a secret, so it is never logged or shown: `describeBroker` is. */
export interface BrokerConnection {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: { readonly ca?: string; readonly servername: string } | undefined;
}

export interface BrokerSecrets {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads `redis://` or `rediss://` (TLS) addresses. User and password may stand in the address, in ASSAY_REDIS_USERNAME and
 *  ASSAY_REDIS_PASSWORD, or be given; a private authority's certificate is named by ASSAY_REDIS_CA. Throws `bad_input`, which never
 *  repeats the address. */
export function parseBroker(
  url: string,
  secrets: BrokerSecrets = {},
  env: Environment = process.env,
): BrokerConnection {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isTls = parsed?.protocol === "rediss:";
  if (!parsed || !(isTls || parsed.protocol === "redis:") || parsed.hostname === "") {
    throw new AssayError(
      "bad_input",
      "The broker's address can't be read.",
      "Write it like redis://HOST:6379, or rediss://HOST:6379 for TLS.",
    );
  }
  const db = Number(parsed.pathname.replaceAll("/", "") || 0);
  if (!Number.isInteger(db) || db < 0 || db > 1_000) {
    throw new AssayError("bad_input", "The broker's database is a number.", "Write it like redis://HOST:6379/0.");
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const ca = env["ASSAY_REDIS_CA"];
  return {
    host,
    port: Number(parsed.port || 6379),
    db,
    username: decoded(parsed.username) || secrets.username || env["ASSAY_REDIS_USERNAME"] || undefined,
    password: decoded(parsed.password) || secrets.password || env["ASSAY_REDIS_PASSWORD"] || undefined,
    tls: isTls ? { servername: host, ...(ca ? { ca: certificate(ca) } : {}) } : undefined,
  };
}

/** The address as it may be shown: without user and password. */
export function describeBroker({ host, port, db, tls }: BrokerConnection): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls ? "rediss" : "redis"}://${name}:${port}${db === 0 ? "" : `/${db}`}`;
}

/** Takes user and password out of an address, so that the rest can be kept in the clear. */
export function splitAddress(url: string): { url: string; username: string; password: string } {
  const { username, password } = parseBroker(url, {}, {});
  const shown = describeBroker(parseBroker(url, {}, {}));
  return { url: shown, username: username ?? "", password: password ?? "" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function certificate(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AssayError(
      "bad_input",
      `The certificate ${path} can't be read.`,
      "Name a PEM file in ASSAY_REDIS_CA.",
      {},
      { cause },
    );
  }
}
