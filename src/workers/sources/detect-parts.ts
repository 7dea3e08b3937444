import { statSync } from "node:fs";
import { readRange } from "./encoding.ts";

const headBytes = 4096;
/** What opening a file costs, in bytes of one that are looked at. */
const openingBytes = 30_000;
/** Bytes up to which a second process takes longer to start than it saves. */
const fewBytes = 1_000_000;

/** Files in two parts that take about as long to recognise, or in one where there is little to do. Files that begin with the same
 *  line stay together: what one of them shows holds for its like. */
export function detectParts(files: readonly string[]): string[][] {
  const groups = new Map<string, { files: string[]; bytes: number }>();
  for (const path of files) {
    const head = headOf(path);
    const group = groups.get(head) ?? { files: [], bytes: 0 };
    group.files.push(path);
    group.bytes += openingBytes + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    groups.set(head, group);
  }
  const bySize = [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  if (bySize.length < 2 || bySize.reduce((sum, { bytes }) => sum + bytes, 0) < fewBytes) return [[...files]];
  const parts = [0, 1].map(() => ({ files: [] as string[], bytes: 0 }));
  for (const group of bySize) {
    const [least] = parts.toSorted((a, b) => a.bytes - b.bytes);
    least?.files.push(...group.files);
    if (least) least.bytes += group.bytes;
  }
  return parts.map((part) => part.files);
}

/** Its first line, as far as it is short; of a file that can't be read nothing. */
function headOf(path: string): string {
  try {
    const head = readRange(path, 0, headBytes);
    const end = head.indexOf(10);
    return head.subarray(0, end < 0 ? head.length : end).toString("latin1");
  } catch {
    return "";
  }
}
