import { resolve } from "node:path";
import type { Command } from "commander";
import type { CampaignFigures, CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { offerCommands } from "./offer-commands.ts";
import { groupDigits, table } from "./output.ts";
import { parseJson } from "./read-json.ts";
import { capOf, shareOf } from "./read-values.ts";
import { perform } from "./session.ts";

interface Own {
  segment?: string;
  where?: string;
  sql?: string;
  variant: string[];
  holdout: string;
  goal: string;
  days: string;
  template: string;
  fields?: string;
  cap?: string;
}

function variantOf(text: string): { variant: string; share: number } {
  const [variant = "", share = "1"] = text.split("=");
  const weight = Number(share.replace("%", ""));
  if (!(weight > 0)) throw new AssayError("usage", `“${text}” is no variant.`, "Write --variant NAME or NAME=SHARE.");
  return { variant, share: weight };
}

function planOf(own: Own) {
  if ([own.segment, own.where, own.sql].filter((one) => one !== undefined).length !== 1)
    throw new AssayError(
      "usage",
      "A campaign needs one audience.",
      "Give --segment NAME, --where JSON or --sql EXPRESSION.",
    );
  const given = own.variant.length > 0 ? own.variant.map(variantOf) : [{ variant: "message", share: 1 }];
  const total = given.reduce((sum, { share }) => sum + share, 0);
  const days = Number(own.days);
  if (!Number.isInteger(days)) throw new AssayError("usage", `“${own.days}” is no number of days.`, "Write --days 14.");
  if (own.goal !== "revenue" && own.goal !== "purchases")
    throw new AssayError("usage", `“${own.goal}” is no goal.`, "Use revenue or purchases.");
  return {
    ...(own.segment === undefined ? {} : { segment: own.segment }),
    ...(own.sql === undefined ? {} : { definition: { sql: own.sql } }),
    ...(own.where === undefined ? {} : { definition: { where: parseJson(own.where, "--where") as never } }),
    variants: given.map(({ variant, share }) => ({ variant, share: share / total })),
    holdout: shareOf(own.holdout, "--holdout"),
    goal: own.goal as "revenue" | "purchases",
    days,
    template: own.template,
    ...(own.fields === undefined ? {} : { fields: own.fields.split(",").map((field) => field.trim()) }),
    ...(own.cap === undefined ? {} : { cap: capOf(own.cap) }),
  };
}

const points = (value: number | null) => (value === null ? "–" : `${(value * 100).toFixed(2)} points`);

function readFigures({ audience, left_out, arms, base_rate, detectable }: CampaignFigures): string {
  return [
    `${groupDigits(audience)} customers fit`,
    ...left_out.map(({ reason, count }) => `left out: ${groupDigits(count)} ${reason}`),
    ...arms.map(
      ({ variant, is_control, customers }) => `${is_control ? "kept out" : variant}: ${groupDigits(customers)}`,
    ),
    `Without it ${base_rate === null ? "–" : `${(base_rate * 100).toFixed(1)} %`} would buy; a rise of ${points(detectable.purchase_rate)} would show in four of five campaigns.`,
  ].join("\n");
}

const verdicts: Readonly<Record<CampaignResult["verdict"], string>> = {
  more: "It earned more than the holdout.",
  less: "It earned less than the holdout.",
  inconclusive: "No difference is sure: nobody is named the winner.",
  too_early: "Too early: no difference is sure yet.",
  not_started: "No order after its start is known yet.",
  sample_ratio: "The groups aren't split as planned: nothing can be concluded.",
  not_enough_data: "Too few people or purchases to tell.",
  no_holdout: "Nobody was kept out: there is nothing to compare with.",
};

function readResult(found: CampaignResult): string {
  const number = (value: number | null) => (value === null ? "–" : groupDigits(value));
  return [
    `${found.campaign}: ${verdicts[found.verdict]} ${found.elapsed_days} of ${found.days} days.`,
    `incremental conversions ${number(found.incremental_conversions)}, revenue (minor) ${number(found.incremental_revenue_minor)}`,
    `${found.goal} ${number(found.low)} to ${number(found.high)} (95 %), p ${found.p_value?.toPrecision(2) ?? "–"}, sample ratio p ${found.sample_ratio_p?.toPrecision(2) ?? "–"}`,
    table(
      ["group", "customers", "buyers", "revenue, minor"],
      found.arms.map((arm) => [
        arm.is_control ? "kept out" : arm.variant,
        arm.customers,
        arm.buyers,
        arm.revenue_minor,
      ]),
    ),
  ].join("\n");
}

/** campaign. */
export function campaignCommands(program: Command): void {
  const campaign = program.command("campaign").description("holdout, lists, result");
  campaign
    .command("create <name>")
    .description("fixes audience, variants and holdout, and says what effect they could tell")
    .option("--segment <name>", "a saved segment")
    .option("--where <json>", "a rule tree")
    .option("--sql <expression>", "a boolean expression over profiles")
    .option("--variant <name=share>", "a message; may be repeated", (one: string, all: string[]) => [...all, one], [])
    .option("--holdout <share>", "kept out, to compare with", "10%")
    .option("--goal <name>", "revenue or purchases", "revenue")
    .option("--days <n>", "days after the start that count", "14")
    .option("--template <name>", "form of the lists (see templates list)", "csv")
    .option("--fields <names>", "columns of profiles to add")
    .option("--cap <messages/days>", "leaves out whoever had so many messages")
    .action((name: string, own: Own, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), campaign: name, ...planOf(own) };
        const { figures, ...kept } = await session.client.call("campaigns.create", input, { signal: session.signal });
        session.output.answer({ ...kept, ...figures }, () => readFigures(figures));
        return 0;
      }),
    );
  offerCommands(campaign);
  campaign
    .command("list")
    .description("names them with what they earned")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call(
          "campaigns.list",
          { brand: await session.brand() },
          { signal: session.signal },
        );
        session.output.answer(found, () =>
          table(
            ["campaign", "started", "contacted", "kept out", "incremental revenue, minor", "low", "high", "verdict"],
            [...found.campaigns, ...found.delivered].map(({ campaign, result }) => [
              campaign,
              result?.starts_on ?? null,
              result?.customers ?? null,
              result?.kept_out ?? null,
              result?.incremental_revenue_minor ?? null,
              result?.low ?? null,
              result?.high ?? null,
              result?.verdict ?? "draft",
            ]),
          ),
        );
        return 0;
      }),
    );
  campaign
    .command("export <name>")
    .description("draws the groups, once, and writes a list for each variant")
    .option("--out <folder>", "where to")
    .option("--starts-on <day>", "the day before the first that counts; the snapshot's day unless said")
    .action((name: string, own: { out?: string; startsOn?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const written = await session.client.stream(
          "campaigns.export",
          {
            brand: await session.brand(),
            campaign: name,
            ...(own.out === undefined ? {} : { out: resolve(own.out) }),
            ...(own.startsOn === undefined ? {} : { starts_on: own.startsOn }),
          },
          {
            signal: session.signal,
            onProgress: ({ label, done, total }) => session.output.progress(label, done, total),
          },
        );
        session.output.answer(written, () =>
          [
            ...written.lists.map(({ variant, path, rows }) => `${variant}: ${groupDigits(rows)} customers in ${path}`),
            `who is in which group: ${written.assignments}`,
          ].join("\n"),
        );
        return 0;
      }),
    );
  campaign
    .command("measure <name>")
    .description("what it earned, against those who were kept out")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), campaign: name };
        const found = await session.client.call("campaigns.measure", input, { signal: session.signal });
        session.output.answer(found, () => readResult(found));
        return 0;
      }),
    );
  campaign
    .command("remove <name>")
    .description("forgets it; lists that went out stay")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        await session.client.call("campaigns.remove", { brand: await session.brand(), campaign: name });
        session.output.answer({ campaign: name, removed: true }, () => `Campaign ${name} is gone.`);
        return 0;
      }),
    );
  campaign
    .command("holdout <share>")
    .description("keeps the same share of all customers out of every campaign, as a standing comparison")
    .action((share: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), share: shareOf(share, "the share") };
        const found = await session.client.call("campaigns.set_holdout", input);
        session.output.answer(
          found,
          () => `${(found.global_holdout * 100).toFixed(1)} % are kept out of every campaign.`,
        );
        return 0;
      }),
    );
}
