/** Names what is made at a moment, to the millisecond: two exports of one second get folders of their own. */
export function stampOf(now: Date | string): string {
  return (typeof now === "string" ? now : now.toISOString()).replaceAll(/[-:.Z]/g, "");
}
