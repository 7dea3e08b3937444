import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Model } from "../../../shared/api/contract/models.ts";
import type { OwnDefinitionDocument } from "../../../shared/api/contract/own-models.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { readJsonFile } from "./read-json.ts";
import { perform } from "./session.ts";

/** models define, definition, remove, allow, forbid: a retailer's own. */
export function ownModelCommands(models: Command): void {
  models
    .command("define <file>")
    .description("defines or changes a model of one's own from a JSON file: a propensity, or a program")
    .option("--create", "fail where there is one of that name")
    .action((file: string, own: { create?: boolean }, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const definition = await readDefinition(resolve(file));
        const kept = await client.call("own_models.define", {
          brand: await brand(),
          definition,
          create: own.create === true,
        });
        output.answer(
          kept,
          () => `${kept.model.title} (${kept.model.name}, version ${kept.model.version}). ${nextOf(kept.model)}`,
        );
        return 0;
      }),
    );
  models
    .command("definition <name>")
    .description("the definition of a model of one's own, as JSON")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const { definition } = await client.call("own_models.show", { brand: await brand(), name });
        output.answer(definition, () => JSON.stringify(definition, null, 2));
        return 0;
      }),
    );
  models
    .command("remove <name>")
    .description("removes a model of one's own; what published snapshots hold of it stays")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        output.answer(await client.call("own_models.remove", { brand: await brand(), name }), () => `Removed ${name}.`);
        return 0;
      }),
    );
  models
    .command("allow <name>")
    .description("lets this machine run the program of a model as it is defined now")
    .option("--program <path>", "stands for the command's first word on this machine")
    .action((name: string, own: { program?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const input = { brand: await brand(), name, program: own.program ?? null };
        output.answer(
          await client.call("own_models.allow", input),
          () => `${name} may run on this machine, as it is defined now.`,
        );
        return 0;
      }),
    );
  models
    .command("forbid <name>")
    .description("takes that back")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const input = { brand: await brand(), name };
        output.answer(await client.call("own_models.forbid", input), () => `${name} won't run on this machine.`);
        return 0;
      }),
    );
}

function nextOf({ name, own }: Model): string {
  return own?.allowed === false
    ? `A shared directory names what this machine would run: look at it, then \`assay models allow ${name}\`.`
    : "The next run scores it.";
}

/** A definition as a file holds it: the kind may be left out, and files of a program are named and lie beside it. */
async function readDefinition(path: string): Promise<OwnDefinitionDocument> {
  const said = await readJsonFile(path, "The definition");
  if (typeof said !== "object" || said === null || Array.isArray(said)) {
    throw new AssayError("bad_input", "The definition is no JSON object.", "See docs/external-models.md.");
  }
  const given = said as Readonly<Record<string, unknown>>;
  const kind = given.kind ?? ("command" in given ? "program" : "propensity");
  if (!Array.isArray(given.files)) return { ...given, kind } as never;
  const files: Record<string, string> = {};
  for (const name of given.files.map(String)) {
    files[name] = await readFile(join(dirname(path), name), "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new AssayError("not_found", `${name} can't be read beside ${path} (${cause.code}).`, "Check `files`.");
    });
  }
  return { ...given, kind, files } as never;
}
