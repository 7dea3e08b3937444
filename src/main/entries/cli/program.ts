import { Command } from "commander";
import { programVersion } from "../../core.ts";
import { campaignCommands } from "./campaign-commands.ts";
import { clusterCommands } from "./cluster-commands.ts";
import { disclosureCommand } from "./disclosure-commands.ts";
import { experimentCommands } from "./experiment-commands.ts";
import { handOffCommands } from "./hand-off-commands.ts";
import { identityCommands } from "./identity-commands.ts";
import { modelCommands } from "./model-commands.ts";
import { nightCommands } from "./night-commands.ts";
import { periodCommands } from "./period-commands.ts";
import { proofCommands } from "./proof-commands.ts";
import { retentionCommand } from "./retention-commands.ts";
import { runCommands } from "./run-commands.ts";
import { segmentCommands } from "./segment-commands.ts";
import { shareCommands } from "./share-commands.ts";
import { sourceCommands } from "./source-commands.ts";
import { workspaceCommands } from "./workspace-commands.ts";

/** Every command with its options; what was typed wrongly is thrown as a CommanderError. */
export function createProgram(): Command {
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
