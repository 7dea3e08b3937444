/** Memory that the rest of the machine keeps, in bytes. */
const kept = 256e6;

/** How many tasks may run at a time: as many as cores, fewer while the machine's free memory doesn't hold one more task's share, never
 *  none. */
export function roomFor(
  { cores, memoryBytes, running }: { cores: number; memoryBytes: number; running: number },
  freeBytes: number = process.availableMemory(),
): number {
  const each = memoryBytes / cores;
  const more = Math.floor(Math.max(0, freeBytes - kept) / each);
  return Math.max(1, Math.min(cores, running + more));
}
