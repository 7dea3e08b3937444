/** What a scaling decision rests on. */
export interface Demand {
  /** Seconds of one core that the ready and running tasks still take. */
  readonly coreSeconds: number;
  /** Seconds until the work should be done. */
  readonly secondsLeft: number;
  /** Until a new instance takes its first task. */
  readonly bootSeconds: number;
}
export interface Fleet {
  readonly coresPerInstance: number;
  readonly smallest: number;
  readonly largest: number;
}

/** How many instances finish the work in time: at least one while there is work, none when there is none; never beyond the group's limits. */
export function wantedInstances({ coreSeconds, secondsLeft, bootSeconds }: Demand, fleet: Fleet): number {
  const usable = Math.max(60, secondsLeft - bootSeconds);
  const wanted = coreSeconds <= 0 ? 0 : Math.max(1, Math.ceil(coreSeconds / usable / fleet.coresPerInstance));
  return Math.min(fleet.largest, Math.max(fleet.smallest, wanted));
}

export interface Price {
  /** Of one instance for an hour, in the currency of the account. */
  readonly perInstanceHour: number;
  readonly currency: string;
}
export interface Estimate {
  readonly instances: number;
  readonly hours: number;
  readonly cost: number;
}

/** What the work costs on so many instances, their start included; each is paid for at least a minute. */
export function estimate(demand: Demand, instances: number, fleet: Fleet, price: Price): Estimate {
  if (instances === 0 || demand.coreSeconds <= 0) return { instances, hours: 0, cost: 0 };
  const seconds = demand.bootSeconds + demand.coreSeconds / (instances * fleet.coresPerInstance);
  const hours = Math.max(60, seconds) / 3600;
  return { instances, hours, cost: instances * hours * price.perInstanceHour };
}

/** Whether a further hour's work may begin: what was spent and what is estimated stay within the budget. */
export function isWithinBudget(spent: number, planned: number, budget: number | null): boolean {
  return budget === null || spent + planned <= budget;
}

/** Seconds from now to the next time of day, such as 06:00 of this machine; a bare number is minutes. */
export function secondsUntil(by: string, now: Date): number | null {
  const minutes = /^\d+$/.exec(by);
  if (minutes) return Number(by) * 60;
  const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(by);
  if (!time) return null;
  const then = new Date(now);
  then.setHours(Number(time[1]), Number(time[2]), 0, 0);
  if (then.getTime() <= now.getTime()) then.setDate(then.getDate() + 1);
  return (then.getTime() - now.getTime()) / 1000;
}
