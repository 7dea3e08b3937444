import type { Command } from "commander";
import type { DisclosureRegister } from "../../../shared/api/contract/disclosures.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { show, table } from "./output.ts";
import { perform } from "./session.ts";

/** disclosures: who took what out, and who may. */
export function disclosureCommand(program: Command): void {
  const disclosures = program
    .command("disclosures")
    .description(
      "who took which lists, answers and hand-offs out, what was refused, and who may take personal data out",
    );
  disclosures
    .command("list", { isDefault: true })
    .description("the register, the latest first")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("disclosures.list", { brand: await session.brand() });
        session.output.answer(found, () => read(found));
        return 0;
      }),
    );
  disclosures
    .command("permit [accounts...]")
    .description("lets only these accounts write files with personal data")
    .option("--everybody", "lets whoever opens the workspace")
    .action((accounts: string[], own: { everybody?: boolean }, command: Command) =>
      perform(command, "workspace", async (session) => {
        if ((own.everybody === true) === accounts.length > 0)
          throw new AssayError("usage", "Name accounts, or say --everybody.", "See `assay disclosures permit --help`.");
        const input = { brand: await session.brand(), exporters: own.everybody ? null : accounts };
        const found = await session.client.call("disclosures.permit", input);
        session.output.answer(found, () => may(found));
        return 0;
      }),
    );
}

function may({ exporters }: DisclosureRegister): string {
  return exporters
    ? `Personal data may be taken out by ${exporters.join(", ")}`
    : "Personal data may be taken out by everybody";
}

function read(found: DisclosureRegister): string {
  return [
    may(found),
    "",
    table(
      ["when", "who", "what", "name", "rows", "personal data"],
      found.disclosures.map((one) => [
        one.at,
        one.account === null ? "not known" : `${one.account}@${one.host}`,
        one.kind,
        one.kind === "permission" ? (one.exporters?.join(", ") ?? "everybody") : (one.segment ?? one.export),
        one.rows === null ? "" : show(one.rows),
        one.personal === null ? (one.kind === "permission" ? "" : "not known") : one.personal.join(", ") || "none",
      ]),
    ),
  ].join("\n");
}
