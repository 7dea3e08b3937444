import { resolve } from "node:path";
import type { Command } from "commander";
import { calendarOf, calendarOptions, type OwnCalendar } from "./calendar-options.ts";
import { copyCommands } from "./copy-commands.ts";
import { pendingCommand } from "./offline-commands.ts";
import { table } from "./output.ts";
import { numberOption, portOption } from "./read-values.ts";
import { collectCommand } from "./retention-commands.ts";
import { perform } from "./session.ts";

/** workspace, brand, doctor, demo, serve. */
export function workspaceCommands(program: Command): void {
  const workspace = program.command("workspace").description("make a workspace");
  workspace
    .command("create <dir>")
    .description("makes a workspace in a folder, which may be shared")
    .action((dir: string, _, command: Command) =>
      perform(command, "nothing", async ({ client, output }) => {
        const made = await client.call("workspace.create", { path: resolve(dir) });
        output.answer(made, () => `Workspace ${made.workspace_id} in ${made.path}`);
        return 0;
      }),
    );
  collectCommand(workspace);
  copyCommands(workspace);
  pendingCommand(workspace);
  for (const parent of [program, workspace])
    parent
      .command("doctor")
      .description("probes the workspace's directory and says what to change")
      .action((_, command: Command) =>
        perform(command, "workspace", async ({ client, output, signal }) => {
          const { checks } = await client.call("workspace.doctor", {}, { signal });
          output.answer({ checks }, () =>
            table(
              ["check", "status", "measured", "advice"],
              checks.map((check) => [check.name, check.status, check.measured, check.advice]),
            ),
          );
          return checks.some(({ status }) => status === "fail") ? 3 : 0;
        }),
      );
  const brand = program.command("brand").description("retailers of a workspace");
  calendarOptions(brand.command("create <name>"))
    .description("adds a retailer")
    .requiredOption("--currency <code>", "ISO 4217 code of its money")
    .requiredOption("--time-zone <name>", "zone that decides what a day is, such as Europe/London")
    .option("--return-window-days <n>", "days in which goods may come back", numberOption)
    .action(
      (
        name: string,
        own: { currency: string; timeZone: string; returnWindowDays?: number } & OwnCalendar,
        command: Command,
      ) =>
        perform(command, "workspace", async ({ client, output }) => {
          const made = await client.call("brand.create", {
            brand: name,
            currency: own.currency,
            time_zone: own.timeZone,
            ...(own.returnWindowDays === undefined ? {} : { return_window_days: own.returnWindowDays }),
            ...calendarOf(own),
          });
          output.answer(made, () => `Brand ${made.brand}, ${made.currency}, ${made.time_zone}`);
          return 0;
        }),
    );
  calendarOptions(brand.command("change <name>"))
    .description("changes a retailer's settings; results follow with the next run, a calendar holds at once")
    .option("--currency <code>", "ISO 4217 code of its money")
    .option("--time-zone <name>", "zone that decides what a day is")
    .option("--return-window-days <n>", "days in which goods may come back, or `observed`")
    .action(
      (
        name: string,
        own: { currency?: string; timeZone?: string; returnWindowDays?: string } & OwnCalendar,
        command: Command,
      ) =>
        perform(command, "workspace", async ({ client, output }) => {
          const days = own.returnWindowDays;
          const changed = await client.call("brand.change", {
            brand: name,
            currency: own.currency,
            time_zone: own.timeZone,
            return_window_days: days === undefined ? undefined : days === "observed" ? null : Number(days),
            ...calendarOf(own),
          });
          output.answer(
            changed,
            () => `Brand ${changed.brand}, ${changed.currency}, ${changed.time_zone}; holds from the next run on`,
          );
          return 0;
        }),
    );
  brand
    .command("list")
    .description("names the retailers")
    .action((_, command: Command) =>
      perform(command, "workspace", async ({ client, output }) => {
        const { brands } = await client.call("workspace.status", {});
        output.answer(brands, () =>
          table(
            ["brand", "currency", "time zone", "fiscal calendar", "year starts", "week starts"],
            brands.map((one) => [
              one.brand,
              one.currency,
              one.time_zone,
              one.fiscal_calendar,
              one.fiscal_year_starts,
              one.week_starts,
            ]),
          ),
        );
        return 0;
      }),
    );
  program
    .command("demo <dir>")
    .description("makes the demo retailer's exports")
    .option("--customers <n>", "how many customers", numberOption)
    .option("--seed <n>", "another seed, another retailer", numberOption)
    .action((dir: string, own: { customers?: number; seed?: number }, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const made = await client.stream(
          "demo.make",
          { path: resolve(dir), customers: own.customers, seed: own.seed },
          { signal, onProgress: ({ label, done, total }) => output.progress(label, done, total) },
        );
        output.answer(made, () => `${made.files.length} files in ${resolve(dir)}`);
        return 0;
      }),
    );
  program
    .command("serve")
    .description("opens the browser shell on 127.0.0.1")
    .option("--port <n>", "port, 0 for any", portOption, 0)
    .option("--open", "opens it in the browser")
    .action(async (own: { port: number; open?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<{ workspace?: string; json?: boolean }>();
      const { endOnSignal, serveShell } = await import("../server.ts");
      try {
        const close = await serveShell({
          workspace: options.workspace ?? process.env.ASSAY_WORKSPACE,
          port: own.port,
          open: own.open === true,
          announce: (url) => process.stdout.write(options.json ? `${JSON.stringify({ url })}\n` : `${url}\n`),
        });
        endOnSignal(close);
      } catch (error) {
        await perform(command, "nothing", () => Promise.reject(error));
      }
    });
}
