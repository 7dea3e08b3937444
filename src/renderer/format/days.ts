const dayLength = 86_400_000;

/** Days since 1970 of an ISO day, and back; for scales of charts. */
export function dayNumber(text: string): number {
  return Math.round(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / dayLength);
}
export function dayText(number: number): string {
  return new Date(number * dayLength).toISOString().slice(0, 10);
}
export function addDaysTo(text: string, days: number): string {
  return dayText(dayNumber(text) + days);
}
