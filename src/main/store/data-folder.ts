import { homedir } from "node:os";
import { join } from "node:path";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where this user's local store lies: on the machine's own disk, never on a share. */
export function dataFolder(
  machine: Machine = { platform: process.platform, home: homedir(), env: process.env },
): string {
  const { platform, home, env } = machine;
  const chosen = env.XDG_DATA_HOME;
  if (chosen?.startsWith("/")) return join(chosen, "assay");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Assay");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "Assay");
  return join(home, ".local", "share", "assay");
}
