import type { Command } from "commander";
import type { Collection } from "../../../shared/api/contract/retention.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { bytes, show, table } from "./output.ts";
import { numberOption } from "./read-values.ts";
import { perform, type Session } from "./session.ts";

/** retention: what may be dropped, and the rules. */
export function retentionCommand(program: Command): void {
  const retention = program
    .command("retention")
    .description("what could be dropped, its bytes, and what it would cost to make again; nothing is dropped")
    .option("--older-than-days <n>", "only what was made so long ago", numberOption)
    .action((own: { olderThanDays?: number }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), older_than_days: own.olderThanDays };
        const found = await session.client.call("retention.preview", input, { signal: session.signal });
        session.output.answer(found, () =>
          [
            `${show(found.artifacts)} artifacts, ${bytes(found.bytes)}`,
            `Needed by ${show(found.needed.snapshots)} published snapshots and the ledger: ${show(found.needed.artifacts)}, ${bytes(found.needed.bytes)}`,
            `Could be dropped: ${show(found.droppable.artifacts)}, ${bytes(found.droppable.bytes)}; to make them again takes ${show(found.droppable.seconds)} core seconds`,
            `of which the next run would not reuse: ${show(found.cold.artifacts)}, ${bytes(found.cold.bytes)}`,
            "",
            table(
              ["step", "artifacts", "bytes", "of it not reused", "core seconds", "oldest"],
              found.steps.map((one) => [
                one.step,
                one.artifacts,
                bytes(one.bytes),
                bytes(one.cold_bytes),
                Number(one.seconds.toFixed(1)),
                one.oldest_at,
              ]),
            ),
          ].join("\n"),
        );
        return 0;
      }),
    );
  retention
    .command("rules")
    .description("what is kept and for how long; options change it, for everybody who opens the workspace")
    .option("--keep-days <n>", "every snapshot so young stays", numberOption)
    .option("--keep-snapshots <n>", "so many of the latest stay, however old", numberOption)
    .option("--unused-days <n>", "intermediates that nothing needs stay so long", numberOption)
    .option("--wait-hours <n>", "from being named to being set aside", numberOption)
    .option("--trash-hours <n>", "from being set aside to being deleted", numberOption)
    .option("--nightly <on|off>", "the nightly job collects at its end")
    .action((own: RuleOptions, command: Command) =>
      perform(command, "workspace", async (session) => {
        const brand = await session.brand();
        const rules = rulesOf(own);
        if (Object.keys(rules).length > 0) await session.client.call("retention.change", { brand, rules });
        const found = await session.client.call("retention.rules", { brand });
        session.output.answer(found, () =>
          table(
            ["rule", "value", "usual"],
            Object.entries(found.rules).map(([name, value]) => [
              name,
              value,
              found.defaults[name as keyof typeof found.defaults],
            ]),
          ),
        );
        return 0;
      }),
    );
}

interface RuleOptions {
  keepDays?: number;
  keepSnapshots?: number;
  unusedDays?: number;
  waitHours?: number;
  trashHours?: number;
  nightly?: string;
}

function rulesOf(own: RuleOptions) {
  if (own.nightly !== undefined && !["on", "off"].includes(own.nightly))
    throw new AssayError("usage", `--nightly ${own.nightly} is neither on nor off.`, "Write --nightly on.");
  return {
    ...(own.keepDays === undefined ? {} : { keep_days: own.keepDays }),
    ...(own.keepSnapshots === undefined ? {} : { keep_snapshots: own.keepSnapshots }),
    ...(own.unusedDays === undefined ? {} : { unused_days: own.unusedDays }),
    ...(own.waitHours === undefined ? {} : { wait_hours: own.waitHours }),
    ...(own.trashHours === undefined ? {} : { trash_hours: own.trashHours }),
    ...(own.nightly === undefined ? {} : { nightly: own.nightly === "on" }),
  };
}

/** workspace collect. */
export function collectCommand(workspace: Command): void {
  workspace
    .command("collect")
    .description(
      "drops what no kept snapshot, campaign, evaluation or reader needs: named now, set aside and deleted later",
    )
    .option("--older-than <age>", "only what was made so long ago: 14d, 36h; else as the rules say")
    .option("--dry-run", "says what would go; nothing does")
    .option("--reusable", "also what the next run would reuse")
    .option("--wait <age>", "set aside what was named so long ago; else as the rules say")
    .action((own: CollectOptions, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found: (Collection & { brand: string })[] = [];
        for (const brand of await brandsOf(session)) {
          const asked = {
            brand,
            dry_run: own.dryRun,
            older_than_days: own.olderThan === undefined ? undefined : Math.ceil(hoursOf(own.olderThan) / 24),
            takes_reusable: own.reusable,
            wait_hours: own.wait === undefined ? undefined : hoursOf(own.wait),
          };
          const done = await session.client.stream("retention.collect", asked, {
            signal: session.signal,
            onProgress: ({ label, done, total }) => session.output.progress(`${brand}: ${label}`, done, total),
          });
          found.push({ brand, ...done });
        }
        session.output.answer({ brands: found }, () => found.map(readCollection).join("\n\n"));
        return 0;
      }),
    );
}

interface CollectOptions {
  olderThan?: string;
  dryRun?: boolean;
  reusable?: boolean;
  wait?: string;
}

/** `14d`, `36h`, `30m`, `90s` or a number of days, in hours. */
export function hoursOf(text: string): number {
  const [, amount, unit = "d"] = /^(\d+(?:\.\d+)?)\s*([smhd])?$/.exec(text.trim()) ?? [];
  const hours = { s: 1 / 3_600, m: 1 / 60, h: 1, d: 24 }[unit];
  if (amount === undefined || hours === undefined)
    throw new AssayError("usage", `“${text}” is no age.`, "Write a number with d, h, m or s: 14d.");
  return Number(amount) * hours;
}

async function brandsOf({ client, options }: Session): Promise<string[]> {
  if (options.brand !== undefined) return [options.brand];
  return (await client.call("workspace.status", {})).brands.map(({ brand }) => brand);
}

function readCollection(one: Collection & { brand: string }): string {
  const would = one.dry_run ? "would be " : "";
  const { retired, waiting, set_aside, freed, held, tidied } = one;
  const lines = [
    one.brand,
    one.dropped.length > 0
      ? `  ${one.dropped.length} snapshots ${would}dropped: ${one.dropped.map(({ as_of }) => as_of).join(", ")}`
      : "  No snapshot is beyond the rules",
    `  ${show(retired.artifacts)} artifacts ${would}named to go, ${bytes(retired.bytes)}; to make them again takes ${show(Number(retired.seconds.toFixed(1)))} core seconds`,
  ];
  if (!one.dry_run) lines.push(`  ${show(set_aside.artifacts)} set aside, ${bytes(freed.bytes)} freed`);
  if (waiting.until) lines.push(`  ${show(waiting.artifacts)} wait until ${waiting.until}; collect again then`);
  if (held > 0) lines.push(`  ${show(held)} are held by readers or workers`);
  for (const path of tidied.broken) lines.push(`  ${path} was broken and is written anew`);
  return lines.join("\n");
}
