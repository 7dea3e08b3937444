import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrokerSettings } from "./cluster.ts";
import { splitAddress } from "./connection.ts";

/** The system's key store, where there is one. */
export interface KeyStore {
  isAvailable(): boolean;
  seal(secret: string): string;
  open(sealed: string): string;
}
interface Kept {
  readonly url: string;
  readonly username: string;
  readonly password?: string;
  readonly sealed?: string;
}
export type KeptIn = "key_store" | "file";

/** The broker's address and password for this user on this machine: the password under the system's key store, or, where there is none,
 *  in a file that only this user can read. */
export class BrokerFile {
  readonly #path: string;
  readonly #keyStore: KeyStore | undefined;

  constructor(folder: string, keyStore: KeyStore | undefined) {
    this.#path = join(folder, "cluster.json");
    this.#keyStore = keyStore;
  }

  async read(): Promise<(BrokerSettings & { readonly keptIn: KeptIn | null }) | null> {
    const kept = await this.#kept();
    if (!kept) return null;
    const { url, username } = kept;
    const password = kept.sealed === undefined ? kept.password : this.#keyStore?.open(kept.sealed);
    const keptIn = kept.sealed !== undefined ? ("key_store" as const) : password ? ("file" as const) : null;
    return { url, username: username || undefined, password: password || undefined, keptIn };
  }

  /** Throws `bad_input` for an address that can't be read. */
  async write(change: { url: string; username?: string | undefined; password?: string | undefined }): Promise<void> {
    if (change.url.trim() === "") return rm(this.#path, { force: true });
    const { url, username, password } = splitAddress(change.url.trim());
    const before = await this.read().catch(() => null);
    const secret = change.password ?? (password || before?.password || "");
    const user = change.username ?? (username || before?.username || "");
    const isSealed = secret !== "" && this.#keyStore?.isAvailable() === true;
    const kept: Kept = {
      url,
      username: user,
      ...(isSealed ? { sealed: this.#keyStore?.seal(secret) ?? "" } : secret === "" ? {} : { password: secret }),
    };
    const staged = `${this.#path}.${process.pid}.new`;
    await writeFile(staged, JSON.stringify(kept), { mode: 0o600 });
    await chmod(staged, 0o600);
    await rename(staged, this.#path);
  }

  async #kept(): Promise<Kept | null> {
    const text = await readFile(this.#path, "utf8").catch(() => null);
    if (text === null) return null;
    try {
      const kept = JSON.parse(text) as Kept;
      return typeof kept.url === "string" ? kept : null;
    } catch {
      return null;
    }
  }
}
