import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { OfferPlan, OfferTest } from "../../../shared/api/contract/offers.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { groupDigits, table } from "./output.ts";
import { parseJson } from "./read-json.ts";
import { capOf, shareOf } from "./read-values.ts";
import { perform } from "./session.ts";

interface Own {
  segment?: string;
  where?: string;
  sql?: string;
  scope: string;
  depths: string;
  exclude: string[];
  budgetMinor?: string;
  contacts?: string;
  contactCostMinor?: string;
  margin?: string;
  days: string;
  template?: string;
  cap?: string;
  rows: string;
  create?: string;
  test?: string;
  holdout: string;
  out?: string;
}

function numberOf(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new AssayError("usage", `“${text}” is no number.`, `Write ${option} as a number of 0 or more.`);
}

function askedOf(own: Own) {
  const audiences = [own.segment, own.where, own.sql].filter((one) => one !== undefined).length;
  if (audiences > 1)
    throw new AssayError("usage", "A plan has one audience.", "Give one of --segment, --where and --sql, or none.");
  if (own.scope !== "category" && own.scope !== "everything")
    throw new AssayError("usage", `“${own.scope}” is no scope.`, "Use category or everything.");
  return {
    ...(own.segment === undefined ? {} : { segment: own.segment }),
    ...(own.sql === undefined ? {} : { definition: { sql: own.sql } }),
    ...(own.where === undefined ? {} : { definition: { where: parseJson(own.where, "--where") as never } }),
    scope: own.scope as "category" | "everything",
    depths: own.depths.split(",").map((one) => shareOf(one, "--depths")),
    excluded: own.exclude,
    ...(own.budgetMinor === undefined ? {} : { budget_minor: numberOf(own.budgetMinor, "--budget-minor") }),
    ...(own.contacts === undefined ? {} : { contacts: Math.floor(numberOf(own.contacts, "--contacts")) }),
    ...(own.contactCostMinor === undefined
      ? {}
      : { contact_cost_minor: numberOf(own.contactCostMinor, "--contact-cost-minor") }),
    ...(own.margin === undefined ? {} : { margin_share: shareOf(own.margin, "--margin") }),
    days: Math.floor(numberOf(own.days, "--days")),
    ...(own.template === undefined ? {} : { template: own.template }),
    ...(own.cap === undefined ? {} : { cap: capOf(own.cap) }),
  };
}

const bases: Readonly<Record<OfferPlan["basis"], string>> = {
  experiment: "Effect: from campaigns with a group that was kept out at random.",
  association: "Association, not effect: nobody was kept out of a price cut yet. Run the test first.",
  none: "Nothing delivered tells what a price cut brings: the plan is empty until a test is run.",
};

const limits = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${groupDigits(value)} (${groupDigits(low)} to ${groupDigits(high)})`;
const percent = (value: number) => `${Math.round(value * 1000) / 10} %`;

function readPlan(plan: OfferPlan, test: OfferTest): string {
  return [
    bases[plan.basis],
    `${groupDigits(plan.audience)} customers fit, ${groupDigits(plan.considered)} can be offered something`,
    ...plan.left_out.map(({ reason, count }) => `left out: ${groupDigits(count)} ${reason}`),
    `${groupDigits(plan.contacts)} offers; cost (minor) ${groupDigits(plan.spend_minor)}, of it given away to who would have bought anyway ${groupDigits(plan.given_away_minor)}`,
    `expected margin added (minor, 80 % limits) ${limits(plan.expected)}; at most ${groupDigits(plan.bound_minor)} could be expected`,
    ...(plan.everybody
      ? [`everybody ${percent(plan.everybody.depth)} off everything: ${limits(plan.everybody.expected)}`]
      : []),
    ...(plan.at_random && plan.gain
      ? [
          `as many at random as cost the same: ${limits(plan.at_random.expected)}; the plan against it ${limits(plan.gain)}`,
        ]
      : []),
    ...(plan.margin.assumed === null
      ? []
      : [
          `Margin: costs are known for ${percent(plan.margin.known_share)} of revenue; ${percent(plan.margin.assumed)} is assumed for the rest.`,
        ]),
    table(
      ["offer", "customers", "cost, minor", "given away", "expected, minor", "tested"],
      plan.groups.map(({ category, depth, customers, spend_minor, given_away_minor, expected_minor, is_tested }) => [
        `${percent(depth)} off ${category ?? "everything"}`,
        customers,
        spend_minor,
        given_away_minor,
        expected_minor,
        is_tested ? "yes" : "no",
      ]),
    ),
    readTest(test),
  ].join("\n");
}

function readTest({
  variants,
  holdout,
  kept_out,
  in_variant,
  detectable,
  expected,
  is_enough,
  customers_needed,
}: OfferTest) {
  const names = variants.map(({ variant }) => variant).join(", ");
  const shows = detectable === null ? "could tell nothing" : `shows a rise of ${(100 * detectable).toFixed(2)} points`;
  const needs = customers_needed === null ? "" : ` ${groupDigits(customers_needed)} customers would be enough.`;
  return `Test: ${names} of ${groupDigits(in_variant)} each, ${percent(holdout)} (${groupDigits(kept_out)}) kept out, ${shows}; ${(100 * expected).toFixed(2)} points are expected.${is_enough ? "" : ` Too small.${needs}`}`;
}

/** campaign plan. */
export function offerCommands(campaign: Command): void {
  campaign
    .command("plan")
    .description(
      "whom to offer what within a budget, net of returns and of what is given away; and the test to run first",
    )
    .option("--segment <name>", "a saved segment; everybody who has bought unless said")
    .option("--where <json>", "a rule tree")
    .option("--sql <expression>", "a boolean expression over profiles")
    .option("--budget-minor <amount>", "the most to give away and to spend on contacts, in minor units")
    .option("--contacts <n>", "the most customers")
    .option("--scope <what>", "everything, or category (one for each customer)", "everything")
    .option("--depths <shares>", "price cuts to choose among", "10%,15%,20%")
    .option("--exclude <category>", "never offered; may be repeated", (one: string, all: string[]) => [...all, one], [])
    .option("--margin <share>", "earned of usual prices where goods have no cost")
    .option("--contact-cost-minor <amount>", "of one contact, in minor units")
    .option("--days <n>", "that the offer stands", "30")
    .option("--template <name>", "form of the lists: whose consent and address count")
    .option("--cap <messages/days>", "leaves out whoever had so many messages")
    .option("--rows <n>", "customers to tell", "50")
    .option("--out <file>", "writes the told customers as JSON")
    .option("--create <name>", "makes a campaign of the plan")
    .option("--holdout <share>", "kept out of that campaign, to compare with", "10%")
    .option("--test <name>", "makes a campaign of the proposed test instead")
    .action((own: Own, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { client, signal, output } = session;
        const asked = { brand: await session.brand(), ...askedOf(own) };
        const rows = Math.min(500, Math.floor(numberOf(own.rows, "--rows")));
        const plan = await client.call("offers.plan", { ...asked, rows }, { signal });
        const test = await client.call("offers.test", asked, { signal });
        if (own.out !== undefined) await writeFile(resolve(own.out), `${JSON.stringify(plan.rows, null, 2)}\n`);
        let created: string | null = null;
        if (own.create !== undefined) {
          const holdout = shareOf(own.holdout, "--holdout");
          created = (await client.call("offers.create", { ...asked, campaign: own.create, holdout }, { signal }))
            .campaign;
        } else if (own.test !== undefined) {
          const { variants, holdout, goal, days } = test;
          const { brand, segment, definition, template, cap } = asked as typeof asked & Record<string, never>;
          const input = {
            brand,
            campaign: own.test,
            ...(segment === undefined ? { definition: definition ?? { sql: "order_count >= 1" } } : { segment }),
            ...(template === undefined ? {} : { template }),
            ...(cap === undefined ? {} : { cap }),
            variants,
            holdout,
            goal,
            days,
          };
          created = (await client.call("campaigns.create", input, { signal })).campaign;
        }
        output.answer({ ...plan, test, created }, () =>
          [readPlan(plan, test), ...(created === null ? [] : [`Campaign ${created} is created.`])].join("\n"),
        );
        return 0;
      }),
    );
}
