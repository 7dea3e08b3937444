import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "./mounts.ts";

export interface StoredBytes {
  /** What was counted until the time was over. */
  readonly bytes: number;
  readonly files: number;
  /** Bytes of files by their age in whole days, up to `recentDays`. */
  readonly recent: readonly number[];
  readonly isWhole: boolean;
}

const recentDays = 28;
const dayMs = 86_400_000;
const patienceMs = 2_500;

/** Counts what a workspace stores, links once, for a few seconds at most. */
export function storedBytes(path: string, now: number, patience = patienceMs): StoredBytes {
  const seen = new Set<string>();
  const recent = new Array<number>(recentDays).fill(0);
  const began = performance.now();
  let [bytes, files, isWhole] = [0, 0, true];
  const open = [path];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (performance.now() - began > patience) {
      isWhole = false;
      break;
    }
    for (const entry of entriesOf(folder)) {
      const full = join(folder, entry.name);
      if (entry.isDirectory()) {
        open.push(full);
        continue;
      }
      const found = statSync(full, { throwIfNoEntry: false });
      if (!found?.isFile() || seen.has(`${found.dev}:${found.ino}`)) continue;
      if (found.nlink > 1) seen.add(`${found.dev}:${found.ino}`);
      files++;
      bytes += found.size;
      const age = Math.floor((now - found.mtimeMs) / dayMs);
      if (age >= 0 && age < recentDays) recent[age] = (recent[age] ?? 0) + found.size;
    }
  }
  return { bytes, files, recent, isWhole };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const gigabytes = (bytes: number) => (bytes < 1e8 ? (bytes / 1e9).toFixed(2) : (bytes / 1e9).toFixed(1));

export interface Growth {
  readonly perMonth: number;
  /** Days until the space is used up; null where nothing grows or that is years away. */
  readonly fullInDays: number | null;
}

/** What the last weeks come to in a month, the first day of all (the take-in of what there was before) left out where there are others. */
export function growthOf({ recent }: StoredBytes, free: number): Growth {
  const oldest = recent.findLastIndex((bytes) => bytes > 0);
  const days = oldest > 0 ? recent.slice(0, oldest) : recent.slice(0, Math.max(0, oldest));
  const perDay = days.length > 0 ? days.reduce((sum, bytes) => sum + bytes, 0) / days.length : 0;
  const left = perDay > 0 ? free / perDay : Number.POSITIVE_INFINITY;
  return { perMonth: perDay * 30, fullInDays: left < 730 ? Math.floor(left) : null };
}

export function describeGrowth(stored: StoredBytes, free: number) {
  const { perMonth, fullInDays } = growthOf(stored, free);
  const whole = stored.isWhole ? "" : "at least ";
  const grows = perMonth > 0 ? `, ${gigabytes(perMonth)} GB more a month` : ", too young for a forecast";
  const measured = `${whole}${gigabytes(stored.bytes)} GB in ${stored.files.toLocaleString("en-GB")} files${grows}`;
  const advice =
    fullInDays !== null && fullInDays < 90
      ? `The space lasts ${fullInDays} more days at that rate: make room, or collect what no snapshot needs.`
      : "";
  return { measured, advice };
}

export const isEfs = (mount: Mount & { readonly source?: string | undefined }) =>
  /(^|\.)efs\.|^fs-[0-9a-f]+[.:]/.test(mount.source ?? "") || mount.kind === "efs";

/** 50 KiB/s for each GiB stored, and never under 1 MiB/s: docs.aws.amazon.com/efs/latest/ug/performance.html, "Bursting throughput". */
const burstingPerGib = 50 * 1024;
/** Standard storage in us-east-1, US dollars a GB and month: aws.amazon.com/efs/pricing. Other regions differ. */
const dollarsPerGbMonth = 0.3;

/** What an EFS file system of that size gives in each throughput mode and about what it costs. */
export function efsAdvice(stored: StoredBytes, measuredMbPerS: number | null) {
  const baseline = Math.max(1024 * 1024, (stored.bytes / 1024 ** 3) * burstingPerGib) / 1e6;
  const cost = (stored.bytes / 1e9) * dollarsPerGbMonth;
  const said = measuredMbPerS === null ? "" : `, ${measuredMbPerS.toFixed(0)} MB/s measured`;
  const measured = `Bursting would sustain ${baseline.toFixed(1)} MB/s at this size${said}; storage about $${cost.toFixed(2)} a month (us-east-1, Standard)`;
  const isSlow = measuredMbPerS !== null && measuredMbPerS < 20;
  const advice = isSlow
    ? "Choose the Elastic throughput mode: burst credits of a small file system run out during a run."
    : "Elastic suits nightly runs (pay by what is moved); Provisioned pays where they go on all day; let files unread for 30 days go to Infrequent Access.";
  return { measured, advice, isSlow };
}
