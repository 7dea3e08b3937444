/** The day in the brand's zone of a UTC timestamp. */
export function daySql(at: string, timeZone: string): string {
  return `CAST((${at} AT TIME ZONE 'UTC') AT TIME ZONE '${timeZone.replaceAll("'", "''")}' AS DATE)`;
}
