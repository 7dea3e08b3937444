import type { TaskNode } from "../../shared/domain/task.ts";
import type { Engine } from "./engine-client.ts";

interface Where {
  readonly engine: Engine;
  readonly brandDir: string;
  readonly currency: string;
  readonly signal: AbortSignal;
}

/** What a run tells of order lines whose money has no exchange rate and so stays out of every sum; nothing where there are none. */
export async function unconvertedWarnings(nodes: readonly TaskNode[], where: Where): Promise<string[]> {
  const { engine, brandDir, currency, signal } = where;
  const keys = nodes.flatMap(({ step, key }) => (step === "purchase_lines" ? [key] : []));
  const told = await Promise.all(
    keys.map((key) => engine.call("artifacts.json", { brandDir, key, output: "unconverted" }, { signal })),
  );
  const lines = told.reduce((sum, { value }) => sum + linesOf(value), 0);
  if (lines === 0) return [];
  const many = new Intl.NumberFormat("en-GB").format(lines);
  return [
    `${many} order ${lines === 1 ? "line is" : "lines are"} in another currency than ${currency} without an exchange rate for the day: in no sum of money. Deliver a table of exchange rates (valid_on, currency, rate), or correct the brand's currency.`,
  ];
}

function linesOf(value: unknown): number {
  const lines = typeof value === "object" && value !== null && "lines" in value ? Number(value.lines) : 0;
  return Number.isFinite(lines) ? lines : 0;
}
