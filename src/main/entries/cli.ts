import { CommanderError } from "commander";
import { createProgram } from "./cli/program.ts";

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
    // without a subcommand Commander prints the command's help by itself
    const isHelp = error.code === "commander.help";
    const message = isHelp ? "The command lacks its subcommand." : error.message.replace(/^error: /, "");
    const usage = { code: "usage", message, hint: "`assay --help` lists the commands and their options.", details: {} };
    if (argv.includes("--json")) process.stdout.write(`${JSON.stringify({ error: usage })}\n`);
    process.stderr.write(isHelp ? `\n${message}\n` : `${message}\n  ${usage.hint}\n`);
    process.exitCode = 2;
  }
}

outliveReaders();
main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
