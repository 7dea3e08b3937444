import { resolve } from "node:path";
import type { Command } from "commander";
import type { ErasureReceiptDocument } from "../../../shared/api/contract/erasure.ts";
import type { ListVerdict } from "../../../shared/api/contract/proof.ts";
import { groupDigits, table } from "./output.ts";
import { readTextFile } from "./read-json.ts";
import { perform } from "./session.ts";

type Preview = Pick<ErasureReceiptDocument, "counts" | "lists_outside" | "notes">;

/** verify, erase. */
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
  program
    .command("erase")
    .description("takes a person out of everything that the workspace holds, and keeps them out; says what was done")
    .option("--email <address>", "the person's e-mail address")
    .option("--customer <id>", "the person's customer id")
    .option("--file <file>", "several people: a line each, an address or a customer id")
    .option("--dry-run", "only says what would go")
    .action((own: { email?: string; customer?: string; file?: string; dryRun?: boolean }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { client, output, signal } = session;
        const brand = await session.brand();
        const subjects =
          own.file === undefined ? [{ email: own.email, customer_id: own.customer }] : await readSubjects(own.file);
        const onProgress = ({ label, done, total }: { label: string; done: number; total: number | null }) =>
          output.progress(label, done, total);
        const answers: (Preview | ErasureReceiptDocument)[] = [];
        for (const subject of subjects) {
          const input = { brand, ...subject };
          if (own.dryRun) answers.push(await client.stream("erasure.preview", input, { signal, onProgress }));
          else answers.push((await client.stream("erasure.run", input, { signal, onProgress })).receipt);
        }
        output.answer(own.file === undefined ? answers[0] : answers, () => answers.map(readErasure).join("\n\n"));
        return answers.every((one) => !("remaining" in one) || one.remaining === 0) ? 0 : 3;
      }),
    );
}

/** People named in a file: the first cell of each line that is an address or a customer id. */
async function readSubjects(path: string): Promise<{ email?: string; customer_id?: string }[]> {
  const cells = (await readTextFile(resolve(path), "The list"))
    .split(/\r?\n/)
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"|"$/g, "")));
  return cells.flatMap((line): { email?: string; customer_id?: string }[] => {
    const email = line.find((cell) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(cell));
    const id = line.find((cell) => /^[0-9a-f]{20}$/.test(cell));
    return email ? [{ email }] : id ? [{ customer_id: id }] : [];
  });
}

function readErasure(answer: Preview | ErasureReceiptDocument): string {
  const { counts, lists_outside: lists, notes } = answer;
  const rows = Object.entries(counts.rows).sort(([, a], [, b]) => b - a);
  const head =
    "erasure" in answer
      ? `Erased. Receipt ${answer.erasure}, ${answer.remaining === 0 ? "nothing is left" : `${answer.remaining} places are left`}.`
      : "Would be erased:";
  return [
    head,
    `${groupDigits(counts.landed_rows)} delivered rows in ${groupDigits(counts.landed_files)} files; ${groupDigits(counts.artifacts)} artifacts; ${groupDigits(counts.lists_rewritten)} lists in the workspace`,
    ...(rows.length > 0 ? [table(["step", "rows"], rows)] : []),
    ...(lists.length > 0
      ? [
          "Lists that lie outside:",
          table(
            ["list", "written", "for", "of", "held the person"],
            lists.map((one) => [one.export, one.written_at, one.template, one.campaign ?? one.segment, one.held]),
          ),
        ]
      : []),
    ...notes,
  ].join("\n");
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
