const deadBand = 2;
const furthest = Math.log(3);
/** Less isn't worth telling. */
const leastMove = 0.01;

/** What a forecast said at a cut, and what came. */
interface Told {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

/** In order of size, so that the order of rows moves no digit. */
const sumOf = (values: Float64Array) =>
  Float64Array.from(values)
    .sort()
    .reduce((sum, value) => sum + value, 0);

/** By what a forecast is multiplied, since all that came after earlier cuts was more, or less, than all that it told: the mean log
 *  ratio over the cuts, less two of its standard errors (soft thresholding, Donoho 1995), which hold the customers' own variance and
 *  how much the cuts differ. 1 with fewer than two cuts, or where they don't lie on the same side; between a third and three. */
export function levelThatHeld(cuts: readonly Told[]): number {
  const told = cuts.map(({ predicted, actual }) => {
    const [came, said] = [sumOf(actual), sumOf(predicted)];
    const ratio = came / said;
    const squares = sumOf(actual.map((value, row) => (value - ratio * (predicted[row] ?? 0)) ** 2));
    return { log: Math.log(ratio), variance: squares / (came * came) };
  });
  const n = told.length;
  if (n < 2 || !told.every(({ log, variance }) => Number.isFinite(log) && Number.isFinite(variance))) return 1;
  const mean = told.reduce((sum, { log }) => sum + log, 0) / n;
  if (!told.every(({ log }) => log * mean > 0)) return 1;
  const between = told.reduce((sum, { log }) => sum + (log - mean) ** 2, 0) / (n - 1);
  const within = told.reduce((sum, { variance }) => sum + variance, 0) / n;
  const sure = Math.abs(mean) - deadBand * Math.sqrt((between + within) / n);
  if (sure < leastMove) return 1;
  const factor = Math.exp(Math.sign(mean) * Math.min(furthest, sure));
  return Math.round(1e4 * factor) / 1e4;
}
