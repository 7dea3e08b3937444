/** The bucket of a customer: the first 32 bits of the id, modulo a power of two. */
export function bucketSql(customerId: string, bucketCount: number): string {
  return bucketCount === 1 ? "0" : `(CAST('0x' || left(${customerId}, 8) AS BIGINT) % ${bucketCount})`;
}
