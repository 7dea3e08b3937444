import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface DriftInput {
  readonly models: readonly { readonly model: string; readonly outputs: readonly string[] }[];
}
export interface OutputDrift {
  model: string;
  output: string;
  /** Rows with a score, and those without, then and now. */
  known_then: number;
  known_now: number;
  unknown_then: number;
  unknown_now: number;
  /** Of numbers; null for words. */
  mean_then: number | null;
  mean_now: number | null;
  /** Population stability index over the tenths (or words) of the earlier snapshot, the unknown as a group of their own. */
  psi: number;
}

/** An output with so many different words or more isn't compared: it names things. */
const mostWords = 50;
/** A group that is empty on one side counts as this share: the index stays finite. */
const leastShare = 1e-4;

const isNumber = (type: string | undefined) =>
  type !== undefined && /^(?:DOUBLE|FLOAT|U?(?:BIG|SMALL|TINY|HUGE)INT|U?INTEGER|DECIMAL.*|BOOLEAN|DATE)$/.test(type);
const isWord = (type: string | undefined) => type === "VARCHAR";

/** Population stability index of two sets of counts: Σ (q − p) ln(q / p) (Siddiqi, Credit Risk Scorecards, 2006, ch. 8).
 *  Below .1 is stable, from .25 on the population has changed. */
export function stabilityIndex(then: readonly number[], now: readonly number[]): number {
  const total = (counts: readonly number[]) =>
    Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    );
  const [all, allNow] = [total(then), total(now)];
  return then.reduce((sum, count, at) => {
    const [p, q] = [Math.max(leastShare, count / all), Math.max(leastShare, (now[at] ?? 0) / allNow)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/** How the scores of two snapshots differ, output by output; models that one of them lacks are left out. */
export async function modelDrift(
  now: OpenSnapshot,
  then: OpenSnapshot,
  { models }: DriftInput,
  _scratch: string,
  signal?: AbortSignal,
): Promise<{ outputs: OutputDrift[] }> {
  const outputs: OutputDrift[] = [];
  for (const { model, outputs: names } of models) {
    const table = `scores_${model}`;
    const [types, typesNow] = [then.columnsOf(table), now.columnsOf(table)];
    for (const output of names) {
      const type = types.get(output);
      if (type === undefined || type !== typesNow.get(output)) continue;
      const place = { table, output, model };
      const found = isNumber(type)
        ? await numberDrift(now, then, place, type, signal)
        : isWord(type)
          ? await wordDrift(now, then, place, signal)
          : null;
      if (found) outputs.push(found);
    }
  }
  return { outputs };
}

interface Place {
  readonly table: string;
  readonly output: string;
  readonly model: string;
}
interface Counted {
  readonly groups: number[];
  readonly unknown: number;
  readonly mean: number | null;
}

async function numberDrift(now: OpenSnapshot, then: OpenSnapshot, place: Place, type: string, signal?: AbortSignal) {
  const value = type === "DATE" ? `epoch(${ident(place.output)}) / 86400` : `CAST(${ident(place.output)} AS DOUBLE)`;
  const tenths = Array.from({ length: 9 }, (_, at) => (at + 1) / 10);
  const edges = await then.use(signal, async (session) => {
    const [row = {}] = await session.rows(
      `SELECT ${tenths.map((share, at) => `quantile_disc(${value}, ${share}) AS e${at}`).join(", ")} FROM ${ident(place.table)}`,
    );
    return [...new Set(tenths.map((_, at) => row[`e${at}`]).filter((one) => typeof one === "number"))];
  });
  const count = (snapshot: OpenSnapshot) =>
    snapshot.use(signal, async (session): Promise<Counted> => {
      const group = edges.map((edge, at) => `WHEN v <= ${edge} THEN ${at}`).join(" ");
      const rows = await session.rows(`SELECT CASE WHEN v IS NULL THEN -1 ${group} ELSE ${edges.length} END AS g,
          count(*) AS n, sum(v) AS total FROM (SELECT ${value} AS v FROM ${ident(place.table)}) GROUP BY g`);
      const groups = new Array<number>(edges.length + 1).fill(0);
      let [unknown, total] = [0, 0];
      for (const row of rows) {
        const at = numberOf(row.g);
        if (at < 0) unknown = numberOf(row.n);
        else groups[at] = numberOf(row.n);
        total += numberOf(row.total);
      }
      const known = groups.reduce((sum, one) => sum + one, 0);
      return { groups, unknown, mean: known > 0 ? total / known : null };
    });
  return compared(place, await count(then), await count(now), type !== "DATE");
}

async function wordDrift(now: OpenSnapshot, then: OpenSnapshot, place: Place, signal?: AbortSignal) {
  const read = (session: Session) =>
    session.rows(
      `SELECT ${ident(place.output)} AS word, count(*) AS n FROM ${ident(place.table)} GROUP BY word ORDER BY word NULLS FIRST LIMIT ${mostWords + 1}`,
    );
  const [before, after] = [await then.use(signal, read), await now.use(signal, read)];
  const words = [...new Set([...before, ...after].map(({ word }) => word).filter((word) => word !== null))];
  if (words.length === 0 || words.length > mostWords) return null;
  const counted = (rows: typeof before): Counted => {
    const of = new Map(rows.map(({ word, n }) => [word, numberOf(n)]));
    return { groups: words.map((word) => of.get(word) ?? 0), unknown: of.get(null) ?? 0, mean: null };
  };
  return compared(place, counted(before), counted(after), false);
}

function compared({ model, output }: Place, then: Counted, now: Counted, hasMean: boolean): OutputDrift {
  const known = ({ groups }: Counted) => groups.reduce((sum, one) => sum + one, 0);
  return {
    ...{ model, output, known_then: known(then), known_now: known(now) },
    ...{ unknown_then: then.unknown, unknown_now: now.unknown },
    mean_then: hasMean ? then.mean : null,
    mean_now: hasMean ? now.mean : null,
    psi: stabilityIndex([...then.groups, then.unknown], [...now.groups, now.unknown]),
  };
}
