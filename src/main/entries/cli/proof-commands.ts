import { resolve } from "node:path";
import type { Command } from "commander";
import type { ListVerdict } from "../../../shared/api/contract/proof.ts";
import { groupDigits, table } from "./output.ts";
import { perform } from "./session.ts";

/** verify. */
export function proofCommands(program: Command): void {
  program
    .command("verify <file>")
    .description("makes a list or report again from snapshot and rule, and says what differs")
    .action((file: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, options, signal }) => {
        const verdict = await client.stream(
          "lists.verify",
          { path: resolve(file), brand: options.brand },
          { signal, onProgress: ({ label, done, total }) => output.progress(label, done, total) },
        );
        output.answer(verdict, () => read(verdict));
        return verdict.ok ? 0 : 3;
      }),
    );
}

function read(verdict: ListVerdict): string {
  const { missing, added, changed } = verdict.counts;
  const head = verdict.ok
    ? `Verified: ${groupDigits(verdict.rows ?? 0)} rows, as snapshot and rule give them.`
    : verdict.is_recomputed
      ? `Not verified: ${groupDigits(missing)} rows missing, ${groupDigits(added)} added, ${groupDigits(changed)} changed.`
      : "Not verified.";
  const rows = verdict.differences
    .slice(0, 20)
    .map((one) => [one.kind, one.row, one.customer_id, one.columns.join(", ")]);
  return [
    head,
    ...verdict.notes,
    `Written ${verdict.written_at}, snapshot ${verdict.snapshot_id ?? "unknown"}${verdict.as_of ? ` as of ${verdict.as_of}` : ""}`,
    verdict.sentence,
    ...(rows.length > 0 ? [table(["difference", "row", "customer", "columns"], rows)] : []),
  ].join("\n");
}
