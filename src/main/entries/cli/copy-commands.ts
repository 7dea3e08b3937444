import { resolve } from "node:path";
import type { Command } from "commander";
import type { CopiedWorkspace } from "../../../shared/api/contract/workspace.ts";
import { bytes, show } from "./output.ts";
import { perform, type Session } from "./session.ts";

/** workspace copy, backup, restore. */
export function copyCommands(workspace: Command): void {
  workspace
    .command("copy <to>")
    .description("copies the workspace into an empty folder while others work; again, only what is missing is copied")
    .action((to: string, _, command: Command) =>
      perform(command, "workspace", (session) =>
        answer(session, session.client.stream("workspace.copy", { to: resolve(to) }, following(session)), "Copied to"),
      ),
    );
  workspace
    .command("backup <to>")
    .description("makes a backup, or brings one up to date; nothing is taken out of it")
    .action((to: string, _, command: Command) =>
      perform(command, "workspace", (session) =>
        answer(
          session,
          session.client.stream("workspace.backup", { to: resolve(to) }, following(session)),
          "Backed up to",
        ),
      ),
    );
  workspace
    .command("restore <from> <dir>")
    .description("makes a workspace from a backup in an empty folder, every file checked by its digest")
    .action((from: string, to: string, _, command: Command) =>
      perform(command, "nothing", (session) => {
        const input = { from: resolve(from), to: resolve(to) };
        return answer(session, session.client.stream("workspace.restore", input, following(session)), "Restored to");
      }),
    );
}

function following({ signal, output }: Session) {
  return {
    signal,
    onProgress: ({
      label,
      done,
      total,
      detail = "",
    }: {
      label: string;
      done: number;
      total: number | null;
      detail?: string | undefined;
    }) => output.progress(label, done, total, detail),
  };
}

async function answer({ output }: Session, working: Promise<CopiedWorkspace>, said: string): Promise<number> {
  const found = await working;
  output.answer(found, () =>
    [
      `${said} ${found.path}: ${show(found.files)} files, ${bytes(found.bytes)}; ${show(found.standing)} were there already`,
      ...found.brands.map((one) => `  ${one.brand}: ${show(one.artifacts)} artifacts, version ${show(one.version)}`),
      ...found.damaged.map((path) => `  damaged at the source and left out: ${path}`),
    ].join("\n"),
  );
  return found.damaged.length > 0 ? 3 : 0;
}
