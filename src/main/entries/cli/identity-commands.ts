import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ExplainedPair } from "../../../shared/api/contract/identity.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { table } from "./output.ts";
import { perform } from "./session.ts";

function probability(text: string): number {
  const value = Number(text);
  if (!(value >= 0.5 && value <= 1)) throw new InvalidArgumentError("It is a probability from 0.5 to 1.");
  return value;
}

/** identity. */
export function identityCommands(program: Command): void {
  const identity = program.command("identity").description("who is who: records of one person, joined");
  identity
    .command("link <file...>")
    .description("resolves the records of any files of people, outside any workspace")
    .requiredOption("--out <file>", "a .csv or .parquet file: file, row, customer_id, probability, rule")
    .option("--threshold <p>", "from which probability on two records are one person", probability, 0.9)
    .action((paths: string[], own: { out: string; threshold: number }, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const input = { paths: paths.map((path) => resolve(path)), out: resolve(own.out), threshold: own.threshold };
        const linked = await client.call("identity.link", input, { signal });
        output.answer(
          linked,
          () => `${linked.records} records are ${linked.customers} people (${linked.pairs_scored} pairs looked at).`,
        );
        return 0;
      }),
    );
  identity
    .command("show")
    .description("how records were joined, with what is usual, and what wants a look")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("identity.read", { brand: await session.brand() });
        session.output.answer(found, () =>
          [
            `${found.records} records are ${found.customers} customers as of ${found.as_of}.`,
            table(
              ["measure", "value", "usual"],
              found.measures.map(({ measure, value, least, most }) => [
                measure,
                Number(value.toFixed(4)),
                `${least} to ${most}`,
              ]),
            ),
            `${found.pairs.length} pairs and ${found.clusters.length} customers want a look.`,
          ].join("\n"),
        );
        return 0;
      }),
    );
  identity
    .command("explain <a> <b>")
    .description("why two are one customer, or two: customer ids or ids of source records")
    .option("--snapshot <id>", "another snapshot than the current one")
    .action((a: string, b: string, own: { snapshot?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), a, b, snapshot_id: own.snapshot };
        const found = await session.client.call("identity.explain", input);
        session.output.answer(found, () => explanationText(found));
        return 0;
      }),
    );
  identity
    .command("join <a> <b>")
    .description("says that two customers are one person; the next run follows")
    .option("--note <text>", "why")
    .action((a: string, b: string, own: { note?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const said = await session.client.call("identity.join", { brand: await session.brand(), a, b, note: own.note });
        session.output.answer(said, () => `${said.override}: one customer from the next run on.`);
        return 0;
      }),
    );
  identity
    .command("split <customer> <record...>")
    .description("takes records out of a customer: they are another person; the next run follows")
    .option("--note <text>", "why")
    .action((customer: string, ids: string[], own: { note?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const brand = await session.brand();
        const { sides } = await session.client.call("identity.explain", { brand, a: customer, b: customer });
        const known = sides[0]?.records ?? [];
        const records = ids.flatMap((id) => {
          const found = known.filter(({ source_record_id }) => source_record_id === id);
          return found.length > 0 ? found : [{ key_space: "", source_record_id: id }];
        });
        const named = records.map(({ key_space, source_record_id }) => ({ key_space, source_record_id }));
        const customer_id = sides[0]?.customer_id ?? customer;
        const said = await session.client.call("identity.split", {
          brand,
          customer_id,
          records: named,
          note: own.note,
        });
        session.output.answer(said, () => `${said.override}: two customers from the next run on.`);
        return 0;
      }),
    );
  identity
    .command("list")
    .description("what people said of who is who")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { overrides } = await session.client.call("identity.read", { brand: await session.brand() });
        session.output.answer(overrides, () =>
          table(
            ["override", "kind", "at", "customers", "note", ""],
            overrides.map(({ override, kind, at, customers, note, undone }) => [
              ...[override, kind, at, customers.join(", "), note],
              undone ? "undone" : "",
            ]),
          ),
        );
        return 0;
      }),
    );
  identity
    .command("undo <override>")
    .description("takes back what was said; the next run follows")
    .action((override: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const said = await session.client.call("identity.undo", { brand: await session.brand(), override });
        session.output.answer(said, () => `${said.override} is undone from the next run on.`);
        return 0;
      }),
    );
  identity
    .command("label <a> <b> <verdict>")
    .description("a reviewer's word, same or different: it measures the matching and changes nothing")
    .action((a: string, b: string, verdict: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        if (verdict !== "same" && verdict !== "different")
          throw new AssayError("usage", `“${verdict}” is no verdict.`, "Say same or different.");
        const input = { brand: await session.brand(), a, b, is_one_person: verdict === "same" };
        await session.client.call("identity.label", input);
        session.output.answer({ a, b, verdict }, () => `${a} and ${b}: ${verdict}.`);
        return 0;
      }),
    );
}

function explanationText({ is_joined, pairs, sides }: ExplainedPair): string {
  const verdict = is_joined
    ? `One customer, ${sides[0]?.customer_id}.`
    : `Two customers, ${sides.map(({ customer_id }) => customer_id).join(" and ")}.`;
  const [best] = pairs;
  if (!best)
    return `${verdict}\nNo pair of their records was weighed: they share a card, an address or a number, or nothing.`;
  const bits = (value: number) => (value >= 0 ? `+${value.toFixed(2)}` : value.toFixed(2));
  const rows = [
    ["before anything is compared", "", bits(best.prior_bits)],
    ...best.weights.map(({ name, level, bits: own }) => [name, level, bits(own)]),
    ["two of one household would agree as well", "", bits(best.household_bits)],
  ];
  const two = `${best.a.source_record_id} and ${best.b.source_record_id}: ${(best.probability * 100).toFixed(1)} % one person`;
  return [verdict, two, table(["agreement", "", "bits"], rows)].join("\n");
}
