import { Command, CommanderError } from "commander";
import { programVersion } from "../core.ts";
import { campaignCommands } from "./cli/campaign-commands.ts";
import { clusterCommands } from "./cli/cluster-commands.ts";
import { disclosureCommand } from "./cli/disclosure-commands.ts";
import { experimentCommands } from "./cli/experiment-commands.ts";
import { handOffCommands } from "./cli/hand-off-commands.ts";
import { identityCommands } from "./cli/identity-commands.ts";
import { modelCommands } from "./cli/model-commands.ts";
import { nightCommands } from "./cli/night-commands.ts";
import { periodCommands } from "./cli/period-commands.ts";
import { proofCommands } from "./cli/proof-commands.ts";
import { retentionCommand } from "./cli/retention-commands.ts";
import { runCommands } from "./cli/run-commands.ts";
import { segmentCommands } from "./cli/segment-commands.ts";
import { shareCommands } from "./cli/share-commands.ts";
import { sourceCommands } from "./cli/source-commands.ts";
import { workspaceCommands } from "./cli/workspace-commands.ts";

function createProgram(): Command {
  const program = new Command("assay")
    .description("Customer analytics on the desktop: raw exports to scored customer profiles")
    .version(programVersion())
    .option("--workspace <dir>", "the workspace (or ASSAY_WORKSPACE)")
    .option("--brand <name>", "the retailer; may be left out when there is one")
    .option("--json", "one JSON document on standard output")
    .option("--quiet", "no progress");
  workspaceCommands(program);
  sourceCommands(program);
  runCommands(program);
  nightCommands(program);
  clusterCommands(program);
  segmentCommands(program);
  identityCommands(program);
  campaignCommands(program);
  modelCommands(program);
  handOffCommands(program);
  proofCommands(program);
  shareCommands(program);
  experimentCommands(program);
  retentionCommand(program);
  disclosureCommand(program);
  periodCommands(program);
  for (const command of allCommands(program)) command.exitOverride().configureOutput({ outputError: () => {} });
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Whoever reads may stop early, as `| head` does: what is under way goes on and ends in order. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const message = error.message.replace(/^error: /, "");
    const usage = { code: "usage", message, hint: "`assay --help` lists the commands and their options.", details: {} };
    if (argv.includes("--json")) process.stdout.write(`${JSON.stringify({ error: usage })}\n`);
    process.stderr.write(`${message}\n  ${usage.hint}\n`);
    process.exitCode = 2;
  }
}

outliveReaders();
main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
