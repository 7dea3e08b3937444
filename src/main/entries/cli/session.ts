import type { Command } from "commander";
import type { Client } from "../../../shared/api/client.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import { AssayError, toWire, type WireError } from "../../../shared/base/errors.ts";
import { type Core, createCore } from "../../core.ts";
import { Output } from "./output.ts";

export interface CommonOptions {
  workspace?: string;
  brand?: string;
  json?: boolean;
  quiet?: boolean;
}

export interface Session {
  readonly client: Client<AssayContract>;
  readonly core: Core;
  readonly output: Output;
  readonly options: CommonOptions & Record<string, unknown>;
  readonly signal: AbortSignal;
  /** The brand that was named, else the only one of the workspace. */
  brand(): Promise<string>;
}

/** Which directory a command needs before it can begin. */
export type Needs = "workspace" | "where named" | "nothing";

/** Runs one command on a core of its own; signals cancel it, its error becomes the exit code. */
export async function perform(
  command: Command,
  needs: Needs,
  body: (session: Session) => Promise<number | undefined>,
): Promise<void> {
  const options = command.optsWithGlobals<CommonOptions & Record<string, unknown>>();
  const output = new Output({ json: options.json === true, quiet: options.quiet === true });
  const cancel = new AbortController();
  const stop = () => {
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  let core: Core | undefined;
  try {
    const workspace = options.workspace ?? process.env.ASSAY_WORKSPACE;
    if (needs === "workspace" && workspace === undefined) {
      throw new AssayError("usage", "No workspace is named.", "Add --workspace DIR or set ASSAY_WORKSPACE.");
    }
    core = await createCore({
      workspace: needs === "nothing" ? undefined : workspace,
      log: (line) => output.note(line),
    });
    const { client } = core;
    const session: Session = {
      client,
      core,
      output,
      options,
      signal: cancel.signal,
      brand: () => onlyBrand(client, options.brand),
    };
    process.exitCode = (await body(session)) ?? 0;
    output.endProgress();
  } catch (error) {
    const wire = ofOption(command, toWire(error));
    output.fail(wire);
    process.exitCode = cancel.signal.aborted ? 130 : exitCodeOf(wire);
  } finally {
    await core?.close().catch(() => {});
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** What a schema says of an input that an option or argument gave, in the command line's words: wrong usage. */
function ofOption(command: Command, wire: WireError): WireError {
  const path = typeof wire.details["path"] === "string" ? wire.details["path"] : "";
  const [, said] = wire.code === "bad_input" ? (/^[a-z_]+\.[a-z_]+: [^:]+: (.+)$/s.exec(wire.message) ?? []) : [];
  if (said === undefined) return wire;
  const name = (path.split(".")[0] ?? "").replaceAll("_", "-");
  const option = command.options.find(({ long }) => long === `--${name}`);
  const argument = command.registeredArguments.find((one) => one.name() === name);
  if (!option && !argument) return { ...wire, message: `${path}: ${said}` };
  const hint = /date/i.test(said)
    ? "Write a date as 2026-05-13, a moment as 2026-05-13T09:30:00Z."
    : "The command's --help says what it takes.";
  return { ...wire, code: "usage", message: `${option ? `--${name}` : name}: ${said}`, hint };
}

function exitCodeOf({ code, details }: WireError): number {
  if (code === "cancelled") return 130;
  if (code === "usage") return 2;
  return code === "condition_failed" && "budget" in details ? 3 : 1;
}

async function onlyBrand(client: Client<AssayContract>, named: string | undefined): Promise<string> {
  const { brands } = await client.call("workspace.status", {});
  if (named !== undefined) return named;
  const [only, another] = brands;
  if (!only)
    throw new AssayError("not_found", "The workspace has no brand yet.", "Create one with `assay brand create NAME`.");
  if (another) {
    throw new AssayError(
      "usage",
      `The workspace has ${brands.length} brands.`,
      `Name one with --brand: ${brands.map(({ brand }) => brand).join(", ")}.`,
    );
  }
  return only.brand;
}
