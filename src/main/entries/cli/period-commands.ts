import { type Command, Option } from "commander";
import { type Periods, periods } from "../../../shared/api/contract/periods.ts";
import { table } from "./output.ts";
import { numberOption } from "./read-values.ts";
import { perform } from "./session.ts";

/** periods. */
export function periodCommands(program: Command): void {
  program
    .command("periods")
    .description("revenue and refunds by period of the fiscal calendar, beside the year before")
    .addOption(
      new Option("--by <length>", "what is summed up").choices([...periods.shape.by.options]).default("period"),
    )
    .option("--count <n>", "how many, up to the one that holds the day", numberOption)
    .option("--snapshot <id>", "another than the current one")
    .action((own: { by: Periods["by"]; count?: number; snapshot?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { client, output } = session;
        const found = await client.call("periods.read", {
          brand: await session.brand(),
          by: own.by,
          count: own.count,
          snapshot_id: own.snapshot,
        });
        output.answer(found, () =>
          table(
            [own.by, "from", "to", "revenue, minor", "year before", "refunds", "orders", "buyers"],
            found.periods.map((one) => [
              one.is_open ? `${one.label} so far` : one.label,
              one.from,
              one.to,
              one.revenue_minor,
              one.before?.revenue_minor ?? null,
              one.refunds_minor,
              one.orders,
              one.buyers,
            ]),
          ),
        );
        return 0;
      }),
    );
}
