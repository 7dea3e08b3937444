import type { BrandState } from "../../shared/domain/brand-state.ts";
import { latestMoment } from "../schedule/calendar.ts";
import type { ApiContext } from "./context.ts";
import { doNightIfFree } from "./night.ts";

const longest = 24 * 3_600_000;
const pauseAfterFailure = 15 * 60_000;
const mostFailures = 3;
const graceForOthers = 5 * 60_000;

/** The moment of the brand's schedule that still asks for a job; null where none does: it has none, it was set after that moment,
 *  a job begun since then ended well, or the moment is more than a day ago. */
export function wantedSlot(state: BrandState, now: Date): string | null {
  const { schedule, since } = state.night;
  if (schedule === null) return null;
  const moment = latestMoment(schedule, state.settings?.time_zone ?? "UTC", now);
  if (!moment || now.getTime() - moment.getTime() > longest) return null;
  const slot = moment.toISOString();
  if (since !== null && since > slot) return null;
  return state.nights.some(({ started_at, error }) => error === null && started_at >= slot) ? null : slot;
}

/** Does the nightly jobs of the open workspace while the program is open, those that other desktops do at the moment excepted.
 *  Gives how to stop it, which waits for what it does to be stopped. */
export function watchNights(
  context: ApiContext,
  options: { readonly everyMs: number; readonly log: (line: string) => void },
): () => Promise<void> {
  const stop = new AbortController();
  const failures = new Map<string, { count: number; at: number }>();
  let looking: Promise<void> = Promise.resolve();
  let isLooking = false;

  /** A night of the cluster is for whoever knows a broker, for some minutes. */
  async function isLeftToOthers({ night }: BrandState, slot: string): Promise<boolean> {
    if (night.runner !== "cluster" || context.now().getTime() - Date.parse(slot) > graceForOthers) return false;
    return (await context.cluster.find(undefined)) === null;
  }

  async function look(): Promise<void> {
    const { workspace } = context;
    if (!workspace || workspace.read_only_reason || workspace.away) return;
    for (const brand of workspace.brands.names) {
      if (stop.signal.aborted || context.workspace !== workspace) return;
      const state = await workspace.brands.refresh(brand);
      const slot = wantedSlot(state, context.now());
      if (slot === null || (await isLeftToOthers(state, slot))) continue;
      const key = `${workspace.workspace_id} ${brand} ${slot}`;
      const failed = failures.get(key);
      const waits = failed && context.now().getTime() - failed.at < pauseAfterFailure;
      if (waits || (failed?.count ?? 0) >= mostFailures) continue;
      try {
        await doNightIfFree(context, brand, {
          signal: stop.signal,
          progress: () => {},
          slot,
          isWanted: (state) => wantedSlot(state, context.now()) !== null,
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        failures.set(key, { count: (failed?.count ?? 0) + 1, at: context.now().getTime() });
        options.log(`nightly job of ${brand}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = look()
      .catch((error: unknown) => options.log(`nightly jobs: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        isLooking = false;
      });
  }, options.everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stop.abort();
    await looking;
  };
}
