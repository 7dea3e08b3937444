import { AssayError } from "../../../shared/base/errors.ts";
import { listedHour } from "../cost/prices.ts";
import type { GroupState } from "./group.ts";
import { type Estimate, estimate, isWithinBudget, secondsUntil, wantedInstances } from "./scaling.ts";

/** How this user's machines in EC2 are set up; nothing in it is secret. */
export interface Ec2Settings {
  readonly group: string;
  readonly region: string;
  readonly cores_per_instance: number;
  readonly price_per_hour: number;
  /** The price is that of the list for ASSAY_EC2_TYPE, since none is named. */
  readonly is_listed: boolean;
  readonly currency: string;
  /** The most that the running instances and what is asked for may cost a day; null: no limit. */
  readonly daily_budget: number | null;
}
export interface ScaleRequest {
  /** So many instances; else as many as the queue needs by the deadline. */
  readonly instances?: number | undefined;
  /** Time of day such as 06:00, or minutes. */
  readonly by?: string | undefined;
  /** Seconds of one core that wait and run. */
  readonly coreSeconds: number;
  /** Instance seconds that were paid for today. */
  readonly paidSeconds: number;
  /** Only says what would be done. */
  readonly isDry: boolean;
  /** Leaves a larger group as it is: others may need it. */
  readonly onlyGrows?: boolean | undefined;
  readonly now: Date;
}
export interface ScaleAnswer {
  readonly group: GroupState;
  readonly asked: Estimate;
  readonly spent: number;
  readonly is_done: boolean;
}

const bootSeconds = 150;
const defaultSeconds = 3_600;

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that the environment names, else those kept; null where neither names a group. Throws `bad_input` for odd ones. */
export function ec2Settings(kept: unknown, env: Environment = process.env): Ec2Settings | null {
  const known = typeof kept === "object" && kept !== null ? (kept as Partial<Ec2Settings>) : {};
  const group = env["ASSAY_EC2_GROUP"] ?? known.group;
  const region = env["ASSAY_EC2_REGION"] ?? env["AWS_REGION"] ?? known.region;
  if (!group || !region) return null;
  const number = (name: string, before: number | null | undefined, fallback: number | null) => {
    const value = env[name] === undefined ? (before ?? fallback) : Number(env[name]);
    if (value !== null && !(Number.isFinite(value) && value >= 0)) {
      throw new AssayError("bad_input", `${name} is no amount.`, "Write it as a number.");
    }
    return value;
  };
  return {
    group,
    region,
    cores_per_instance: number("ASSAY_EC2_CORES", known.cores_per_instance, 4) ?? 4,
    price_per_hour: number("ASSAY_EC2_PRICE", known.price_per_hour, listedHour(env["ASSAY_EC2_TYPE"] ?? "")) ?? 0,
    is_listed: env["ASSAY_EC2_PRICE"] === undefined && known.price_per_hour === undefined,
    currency: env["ASSAY_EC2_CURRENCY"] ?? known.currency ?? "USD",
    daily_budget: number("ASSAY_EC2_DAILY_BUDGET", known.daily_budget, null),
  };
}

/** Instance seconds that a day's budget pays for; undefined where there is no budget, or no price. */
export function paidSecondsADay(settings: Ec2Settings | null): number | undefined {
  if (!settings || settings.daily_budget === null || settings.price_per_hour <= 0) return undefined;
  return (settings.daily_budget / settings.price_per_hour) * 3600;
}

/** Sets the group's size to what was asked or to what the queue needs, never beyond the budget. Throws `condition_failed` there. */
export async function scale(settings: Ec2Settings, request: ScaleRequest, endpoint?: string): Promise<ScaleAnswer> {
  const { coreSeconds, now, isDry, paidSeconds } = request;
  const secondsLeft = request.by === undefined ? defaultSeconds : secondsUntil(request.by, now);
  if (secondsLeft === null) {
    throw new AssayError(
      "usage",
      `“${request.by}” is no time.`,
      "Write it like --by 06:00, or in minutes like --by 90.",
    );
  }
  const { AgentGroup } = await import("./group.ts"); // AWS's library takes long to load
  const group = new AgentGroup({ group: settings.group, region: settings.region, endpoint });
  try {
    const before = await group.state();
    const fleet = { coresPerInstance: settings.cores_per_instance, smallest: before.smallest, largest: before.largest };
    const demand = { coreSeconds, secondsLeft, bootSeconds };
    const instances = request.instances ?? wantedInstances(demand, fleet);
    const price = { perInstanceHour: settings.price_per_hour, currency: settings.currency };
    const asked =
      request.instances === undefined
        ? estimate(demand, instances, fleet, price)
        : { instances, hours: secondsLeft / 3600, cost: (instances * secondsLeft * price.perInstanceHour) / 3600 };
    const spent = (paidSeconds / 3600) * settings.price_per_hour;
    if (instances > before.desired && !isWithinBudget(spent, asked.cost, settings.daily_budget)) {
      const amounts = `${asked.cost.toFixed(2)} beside ${spent.toFixed(2)} of ${settings.daily_budget} ${settings.currency}`;
      throw new AssayError(
        "condition_failed",
        `${instances} instances would cost more than the day’s budget (${amounts}).`,
        "Ask for fewer, give it longer, or raise ASSAY_EC2_DAILY_BUDGET.",
      );
    }
    const changes = request.onlyGrows ? instances > before.desired : instances !== before.desired;
    if (!isDry && changes) await group.setDesired(instances);
    return { group: isDry ? before : await group.state(), asked, spent, is_done: !isDry };
  } finally {
    group.close();
  }
}
