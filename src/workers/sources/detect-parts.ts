import { statSync } from "node:fs";
import { readRange } from "./encoding.ts";

const headBytes = 4096;
const parquetMagic = "PAR1";

/** About what recognising takes, in milliseconds: looking into a file, each that is like it, a byte that is looked at and one that has
 *  to be unpacked. */
const look = 50;
const likeIt = 12;
const perByte = 2e-4;
const perPackedByte = 1.25e-3;
/** Of a larger text a part stands for the whole. */
const mostBytes = 2e6;
/** Up to which a second process takes longer to start than it saves. */
const little = 700;

interface Group {
  readonly files: string[];
  largest: number;
  packed: number;
}

/** Files in two parts that take about as long to recognise, or in one where there is little to do. Files that begin with the same
 *  line stay together: what one of them shows holds for its like. */
export function detectParts(files: readonly string[]): string[][] {
  const groups = new Map<string, Group>();
  for (const path of files) {
    const head = headOf(path);
    const group = groups.get(head) ?? { files: [], largest: 0, packed: 0 };
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    group.files.push(path);
    if (isPacked(head)) group.packed += bytes;
    else group.largest = Math.max(group.largest, bytes);
    groups.set(head, group);
  }
  const byCost = [...groups.values()]
    .map((group) => ({ files: group.files, cost: costOf(group) }))
    .sort((a, b) => b.cost - a.cost);
  if (byCost.length < 2 || byCost.reduce((sum, { cost }) => sum + cost, 0) < little) return [[...files]];
  const parts = [0, 1].map(() => ({ files: [] as string[], cost: 0 }));
  for (const group of byCost) {
    const [least] = parts.toSorted((a, b) => a.cost - b.cost);
    least?.files.push(...group.files);
    if (least) least.cost += group.cost;
  }
  return parts.map((part) => part.files);
}

function costOf({ files, largest, packed }: Group): number {
  return look + likeIt * (files.length - 1) + perByte * Math.min(largest, mostBytes) + perPackedByte * packed;
}

function isPacked(head: string): boolean {
  return ["PK", "\u001f\u008b", "(\u00b5/\u00fd"].some((magic) => head.startsWith(magic));
}

/** Its first line, as far as it is short; of a file that can't be read nothing. Parquet has its header at the end: all of it stays
 *  together. */
function headOf(path: string): string {
  try {
    const head = readRange(path, 0, headBytes);
    if (head.subarray(0, parquetMagic.length).toString("latin1") === parquetMagic) return parquetMagic;
    const end = head.indexOf(10);
    return head.subarray(0, end < 0 ? head.length : end).toString("latin1");
  } catch {
    return "";
  }
}
