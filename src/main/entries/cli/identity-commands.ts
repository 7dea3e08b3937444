import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
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
}
