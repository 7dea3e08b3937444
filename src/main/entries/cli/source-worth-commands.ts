import type { Command } from "commander";
import type { Worth } from "../../../shared/api/contract/source-worth.ts";
import { table } from "./output.ts";
import { perform } from "./session.ts";

const verdicts: Readonly<Record<NonNullable<Worth["measured"]>["verdict"], string>> = {
  helps: "helps",
  harms: "harms",
  no_difference: "no difference found",
  not_read: "no forecast reads it",
  carries: "carries it: hardly anybody is known without",
  no_data: "can't say: too few customers",
};

const signed = (value: number) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toPrecision(2)}`;

function readWorth(sources: readonly Worth[]): string {
  return table(
    [
      "source",
      "verdict",
      "metric",
      "with",
      "without",
      "worth",
      "low",
      "high",
      "joint low",
      "joint high",
      "customers",
      "seconds",
      "computed",
    ],
    sources.flatMap(({ source, measured }) => {
      if (!measured) return [[source, "not measured yet", ...new Array<null>(11).fill(null)]];
      const verdict = `${verdicts[measured.verdict]}${measured.is_current ? "" : ` (of ${measured.as_of})`}`;
      const cost = [Math.round(measured.cost.seconds), measured.cost.computed];
      if (measured.figures.length === 0)
        return [[source, verdict, ...new Array<null>(8).fill(null), measured.customers, ...cost]];
      return measured.figures.map((one, at) => [
        at === 0 ? source : "",
        at === 0 ? verdict : "",
        `${one.target} ${one.metric}, ${one.model}`,
        one.value.toPrecision(4),
        one.without.toPrecision(4),
        signed(one.gain),
        signed(one.low),
        signed(one.high),
        signed(one.joint_low),
        signed(one.joint_high),
        one.n,
        ...(at === 0 ? cost : [null, null]),
      ]);
    }),
  );
}

/** models source-worth. */
export function sourceWorthCommands(models: Command): void {
  models
    .command("source-worth")
    .description("leaves out one source after the other on the tournament's splits, and says what each adds")
    .option("--source <name>", "only this one")
    .option("--list", "what was measured before, without measuring")
    .action((own: { source?: string; list?: boolean }, command: Command) =>
      perform(command, "workspace", async ({ client, output, signal, brand }) => {
        const name = await brand();
        const found =
          own.list === true
            ? await client.call("worth.list", { brand: name }, { signal })
            : await client.stream(
                "worth.measure",
                { brand: name, ...(own.source === undefined ? {} : { source: own.source }) },
                { signal, onProgress: ({ label, done, total }) => output.progress(label, done, total) },
              );
        output.answer(found, () => readWorth(found.sources));
        return 0;
      }),
    );
}
