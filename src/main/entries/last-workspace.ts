import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "../../shared/api/client.ts";
import type { AssayContract } from "../../shared/api/contract.ts";

/** The workspace that was open last on this machine, where it is still there. */
export async function lastWorkspace(client: Client<AssayContract>): Promise<string | undefined> {
  const { recent } = await client.call("workspace.status", {});
  return recent.map(({ path }) => path).find((path) => existsSync(join(path, "workspace.json")));
}
