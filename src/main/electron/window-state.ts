import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface WindowState {
  readonly bounds: Bounds | null;
  readonly isMaximized: boolean;
}

const smallest = { width: 720, height: 480 };
const fresh: WindowState = { bounds: null, isMaximized: false };

/** How the window stood last, where that can still be seen on a display of today. */
export function readWindowState(path: string, displays: readonly Bounds[]): WindowState {
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof read !== "object" || read === null || !("bounds" in read) || !isBounds(read.bounds)) return fresh;
    const { bounds } = read;
    const isSeen = displays.some((display) => overlap(bounds, display) >= 100 * 100);
    return { bounds: isSeen ? bounds : null, isMaximized: "isMaximized" in read && read.isMaximized === true };
  } catch {
    return fresh; // the first start, or a file that a person broke
  }
}

export function writeWindowState(path: string, state: WindowState): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(state));
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== "object" || value === null) return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  const areWhole = [x, y, width, height].every((one) => Number.isInteger(one));
  return areWhole && Number(width) >= smallest.width && Number(height) >= smallest.height;
}

function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
