/** Counts of one group (a customer): tries and hits, and of its tries made together (lines of one day, of one order) the pairs, both ways,
 *  with those of which both are hits. */
interface PairedCounts {
  readonly n: number;
  readonly hits: number;
  readonly pairs: number;
  readonly bothHits: number;
}

/** Worth of a try by the design effect of cluster samples (Kish 1965): 1 / (1 + ρ (m − 1)), where ρ is how much likelier two tries made
 *  together are both hits than two of one group's made apart, and m − 1 the mean number of tries that one came with. Strata are
 *  compared each with itself. */
export function clusteredWorth(strata: readonly (readonly PairedCounts[])[]): number {
  let [excess, room, pairs, tries] = [0, 0, 0, 0];
  for (const groups of strata) {
    const sum = (pick: (own: PairedCounts) => number) => groups.reduce((all, own) => all + pick(own), 0);
    const [within, both] = [sum((own) => own.pairs), sum((own) => own.bothHits)];
    const apart = sum(({ n }) => n * (n - 1)) - within;
    const bothApart = sum(({ hits }) => hits * (hits - 1)) - both;
    const [count, hits] = [sum(({ n }) => n), sum((own) => own.hits)];
    pairs += within;
    tries += count;
    if (within === 0 || apart === 0) continue;
    excess += both - (within * bothApart) / apart;
    room += within * (hits / count - bothApart / apart);
  }
  const correlation = room > 0 ? Math.min(1, Math.max(0, excess / room)) : 0;
  return 1 / (1 + (correlation * pairs) / Math.max(1, tries));
}
