import type { RunRequest } from "../../shared/api/contract/runs.ts";
import { AssayError, toWire } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import type { NightScaled } from "../../shared/domain/night.ts";
import { momentAt } from "../schedule/calendar.ts";
import { ec2Settings, scale } from "../schedule/ec2/fleet.ts";
import { paidToday } from "./cluster.ts";
import { type ApiContext, requireWorkspace, settingsOf } from "./context.ts";
import { estimate } from "./run-estimate.ts";

/** Where a person wants a night's run to be done, and by when; what is left out is as the brand's nights are set. */
export type AskedPlace = Pick<RunRequest, "runner" | "redis" | "workers" | "memory"> & {
  readonly done_by?: string | null | undefined;
};

export interface NightPlace {
  readonly where: Pick<RunRequest, "runner" | "redis" | "workers" | "memory">;
  readonly due_at: string | null;
  readonly scaled: NightScaled | null;
  readonly warnings: readonly string[];
}

/** A second of a core for each task, where none was ever computed. */
const unknownTaskSeconds = 1;

/** When a night that begins at an instant is to be done; null where nobody said. */
export function dueOf(state: BrandState, from: Date, asked: AskedPlace["done_by"]): string | null {
  const doneBy = asked === undefined ? state.night.done_by : asked;
  return doneBy === null ? null : momentAt(doneBy, settingsOf(state).time_zone, from).toISOString();
}

/** Settles where a night's run is done, with as many machines as it needs to be done in time. A night that is set to the cluster is done on
 *  this machine where no broker or agent answers: nothing that is committed rests on them. */
export async function placeOfNight(
  ctx: ApiContext,
  brand: string,
  { state, asked = {}, due }: { state: BrandState; asked?: AskedPlace | undefined; due: string | null },
): Promise<NightPlace> {
  const { done_by: _, ...where } = asked;
  const runner = where.runner ?? state.night.runner;
  const here = { where: { ...where, runner }, due_at: due, scaled: null, warnings: [] };
  if (runner !== "cluster") return here;
  const isSet = where.runner === undefined;
  const answer = await agentsThere(ctx, where.redis).catch((error: unknown) => toWire(error).message);
  if (typeof answer === "string") {
    if (!isSet) return here; // the run says what is the matter
    return { ...here, where: { ...where, runner: "pool" }, warnings: [`${answer} It was done on this machine.`] };
  }
  const { scaled, warnings } = await grow(ctx, brand, where.redis, due);
  if (isSet && answer.agents === 0 && scaled === null) {
    const nobody = "No agent of this program was there. It was done on this machine.";
    return { ...here, where: { ...where, runner: "pool" }, warnings: [...warnings, nobody] };
  }
  return { ...here, scaled, warnings };
}

async function agentsThere(ctx: ApiContext, redis: string | undefined): Promise<{ agents: number }> {
  const { agents } = await ctx.cluster.status(requireWorkspace(ctx).workspace_id, redis);
  return { agents: agents.filter(({ is_current, state }) => is_current && state !== "draining").length };
}

/** Asks for machines of EC2 where they are set up; what can't be had is told, and the night goes on with what is there. */
async function grow(
  ctx: ApiContext,
  brand: string,
  redis: string | undefined,
  due: string | null,
): Promise<{ scaled: NightScaled | null; warnings: string[] }> {
  const none = { scaled: null, warnings: [] };
  const settings = ec2Settings((await ctx.store.settings()).ec2);
  if (!settings) return none;
  try {
    const { tasks, core_seconds_high, known_share } = await estimate(ctx, { brand, runner: "cluster", redis });
    if (tasks.computed === 0) return none;
    const { agents } = await ctx.cluster.status(requireWorkspace(ctx).workspace_id, redis);
    const left = due === null ? 0 : Date.parse(due) - ctx.now().getTime();
    const answer = await scale(
      settings,
      {
        by: left > 0 ? String(Math.max(1, Math.floor(left / 60_000))) : undefined, // too late already: within an hour
        coreSeconds: known_share > 0 ? core_seconds_high : tasks.computed * unknownTaskSeconds,
        paidSeconds: await paidToday(ctx, agents, redis),
        isDry: false,
        onlyGrows: true,
        now: ctx.now(),
      },
      process.env.ASSAY_EC2_ENDPOINT,
    );
    const { instances, cost } = answer.asked;
    return { scaled: { instances, cost, currency: settings.currency }, warnings: [] };
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === "cancelled") throw error;
    return { scaled: null, warnings: [`No machines were asked for: ${error.message}`] };
  }
}
