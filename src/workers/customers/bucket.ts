/** The bucket of a customer: the first 32 bits of the id, modulo a power of two. */
export function bucketSql(customerId: string, bucketCount: number): string {
  return bucketCount === 1 ? "0" : `(CAST('0x' || left(${customerId}, 8) AS BIGINT) % ${bucketCount})`;
}

/** The day in the brand's zone of a UTC timestamp. */
export function daySql(at: string, timeZone: string): string {
  return `CAST((${at} AT TIME ZONE 'UTC') AT TIME ZONE '${timeZone.replaceAll("'", "''")}' AS DATE)`;
}
