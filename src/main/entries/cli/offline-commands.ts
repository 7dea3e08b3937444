import type { Command } from "commander";
import type { Pending } from "../../../shared/api/contract/offline.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { bytes, table } from "./output.ts";
import { perform } from "./session.ts";

/** snapshot keep, kept, free: copies on this machine. */
export function keptCommands(snapshot: Command): void {
  snapshot
    .command("keep [id]")
    .description("copies a snapshot to this machine, so that it can be read without the shared directory")
    .option("--measure", "only says what it would take")
    .action((id: string | undefined, own: { measure?: boolean }, command: Command) =>
      perform(command, "workspace", async ({ client, output, signal, brand: only }) => {
        const brand = await only();
        const { snapshot: found } = await client.call("snapshots.show", { brand, snapshot_id: id });
        const { snapshot_id } = found;
        if (own.measure) {
          const measured = await client.call("offline.measure", { brand, snapshot_id }, { signal });
          output.answer(
            { snapshot_id, ...measured },
            () =>
              `${bytes(measured.bytes)}, of which ${bytes(measured.standing_bytes)} are here; ${bytes(measured.free_bytes)} free`,
          );
          return 0;
        }
        const kept = await client.stream(
          "offline.keep",
          { brand, snapshot_id },
          { signal, onProgress: ({ label, done, total, detail }) => output.progress(label, done, total, detail) },
        );
        output.answer(kept, () => `Snapshot ${kept.snapshot_id} is kept on this machine: ${bytes(kept.bytes)}`);
        return 0;
      }),
    );
  snapshot
    .command("kept")
    .description("what is kept on this machine")
    .action((_, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const { kept } = await client.call("offline.kept", { brand: await brand() });
        output.answer(kept, () =>
          table(
            ["snapshot", "state", "size", "kept", "last contact"],
            kept.map((one) => [one.snapshot_id, one.state, bytes(one.bytes), one.kept_at, one.contact_at]),
          ),
        );
        return 0;
      }),
    );
  snapshot
    .command("free <id>")
    .description("takes a copy on this machine away; the snapshot itself stays")
    .action((id: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const freed = await client.call("offline.free", { brand: await brand(), snapshot_id: id });
        output.answer(freed, () => `${bytes(freed.freed_bytes)} freed`);
        return 0;
      }),
    );
}

/** workspace pending: changes that wait for the shared directory. */
export function pendingCommand(workspace: Command): void {
  workspace
    .command("pending")
    .description("changes that wait for the shared directory, or for a choice; without options it looks for it first")
    .option("--resolve <subject>", "what both sides changed, as the list names it")
    .option("--take <side>", "mine, theirs or both")
    .option("--drop <id>", "takes a change back that waits")
    .action((own: { resolve?: string; take?: string; drop?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand: only }) => {
        const brand = await only();
        const shown = await (async () => {
          if (own.drop !== undefined) return client.call("offline.drop", { brand, id: own.drop });
          if (own.resolve !== undefined)
            return client.call("offline.resolve", { brand, subject: own.resolve, take: sideOf(own.take) });
          await client.call("offline.reconnect", {});
          return client.call("offline.pending", { brand });
        })();
        const { away } = await client.call("workspace.status", {});
        output.answer({ ...shown, away }, () => read(shown, away !== null));
        return shown.conflicts.length > 0 ? 3 : 0;
      }),
    );
}

function sideOf(take: string | undefined): "mine" | "theirs" | "both" {
  if (take === "mine" || take === "theirs" || take === "both") return take;
  throw new AssayError("usage", "No side is named.", "Add --take mine, --take theirs or --take both.");
}

function read({ edits, conflicts }: Pending, isAway: boolean): string {
  if (edits.length === 0) return "Nothing waits.";
  return [
    isAway ? "The shared directory doesn't answer." : "The shared directory answers.",
    table(
      ["id", "since", "change", ""],
      edits.map(({ id, at, title, state }) => [
        id,
        at,
        title,
        state === "conflict" ? "others changed it too" : "waits",
      ]),
    ),
    ...conflicts.map(({ subject, title, mine, theirs, choices }) =>
      [
        `${title} (--resolve ${subject} --take ${choices.join("|")})`,
        `  mine    ${mine ?? "not there"}`,
        `  theirs  ${theirs ?? "not there"}`,
      ].join("\n"),
    ),
  ].join("\n");
}
