import { type Density, furthestDrop, pieceFrom, sixPoints, threePoints } from "./pareto-nbd.ts";

export interface LeavingBlock {
  /** Ascending, each once. */
  readonly times: Float64Array;
}

const moments = 15;

/** Integrals of the density of leaving f(τ) and of its moments over ln(α+τ), 1/(α+τ), ln(β+τ), 1/(β+τ) and their products, from
 *  each time of a block to its last one, over f at that time: so scaled, they neither overflow nor vanish for heavy buyers. What
 *  lies between two times follows as sums[l] − f(t)/f(l) · sums[t]. */
export class LeavingTable {
  /** In order: 1, la, ia, lb, ib, la², la·ia, la·lb, la·ib, ia², ia·lb, ia·ib, lb², lb·ib, ib². */
  readonly sums: readonly Float64Array[];
  readonly logHeight: Float64Array;
  readonly logAlpha: Float64Array;
  readonly inverseAlpha: Float64Array;
  readonly logBeta: Float64Array;
  readonly inverseBeta: Float64Array;
  /** Weights that groups put on `sums`, and on being alive, at each time. */
  readonly gone: Float64Array;
  readonly alive: Float64Array;
  readonly #here = new Float64Array(moments);
  #times = 0;

  constructor(longest: number) {
    const column = () => new Float64Array(longest);
    this.sums = Array.from({ length: moments }, column);
    [this.logHeight, this.gone, this.alive] = [column(), column(), column()];
    [this.logAlpha, this.inverseAlpha, this.logBeta, this.inverseBeta] = [column(), column(), column(), column()];
  }

  fill({ times }: LeavingBlock, density: Density): void {
    const { shape, alpha, s, beta } = density;
    const n = times.length;
    this.#times = n;
    this.gone.fill(0, 0, n);
    this.alive.fill(0, 0, n);
    for (let at = 0; at < n; at++) {
      const time = times[at] ?? 0;
      this.logAlpha[at] = Math.log(alpha + time);
      this.inverseAlpha[at] = 1 / (alpha + time);
      this.logBeta[at] = Math.log(beta + time);
      this.inverseBeta[at] = 1 / (beta + time);
      this.logHeight[at] = -shape * (this.logAlpha[at] ?? 0) - (s + 1) * (this.logBeta[at] ?? 0);
    }
    for (const sum of this.sums) if (n > 0) sum[n - 1] = 0;
    for (let at = n - 2; at >= 0; at--) {
      const height = this.logHeight[at] ?? 0;
      this.#between(times[at] ?? 0, times[at + 1] ?? 0, height, density);
      const ratio = Math.exp((this.logHeight[at + 1] ?? 0) - height);
      for (let k = 0; k < moments; k++) {
        const sum = this.sums[k];
        if (sum) sum[at] = (this.#here[k] ?? 0) + ratio * (sum[at + 1] ?? 0);
      }
    }
  }

  /** The integrals between two neighbouring times. */
  #between(from: number, to: number, height: number, density: Density): void {
    this.#here.fill(0);
    const first = pieceFrom(from, density);
    // three points are as good where the piece is a tenth as long
    if (10 * (to - from) <= first) {
      this.#piece(from, to - from, height, density, threePoints);
      return;
    }
    const { shape, alpha, s, beta } = density;
    for (let time = from, pieces = 0; time < to && pieces < 2_000; pieces++) {
      const length = Math.min(to - time, pieceFrom(time, density));
      this.#piece(time, length, height, density, sixPoints);
      time = length >= to - time ? to : time + length;
      if (height + shape * Math.log(alpha + time) + (s + 1) * Math.log(beta + time) > furthestDrop) return;
    }
  }

  #piece(
    from: number,
    length: number,
    height: number,
    { shape, alpha, s, beta }: Density,
    points: { readonly at: readonly number[]; readonly weight: readonly number[] },
  ): void {
    const here = this.#here;
    for (let i = 0; i < points.at.length; i++) {
      const time = from + length * (points.at[i] ?? 0);
      const la = Math.log(alpha + time);
      const lb = Math.log(beta + time);
      const ia = 1 / (alpha + time);
      const ib = 1 / (beta + time);
      const w = length * (points.weight[i] ?? 0) * Math.exp(-shape * la - (s + 1) * lb - height);
      here[0] = (here[0] ?? 0) + w;
      here[1] = (here[1] ?? 0) + w * la;
      here[2] = (here[2] ?? 0) + w * ia;
      here[3] = (here[3] ?? 0) + w * lb;
      here[4] = (here[4] ?? 0) + w * ib;
      here[5] = (here[5] ?? 0) + w * la * la;
      here[6] = (here[6] ?? 0) + w * la * ia;
      here[7] = (here[7] ?? 0) + w * la * lb;
      here[8] = (here[8] ?? 0) + w * la * ib;
      here[9] = (here[9] ?? 0) + w * ia * ia;
      here[10] = (here[10] ?? 0) + w * ia * lb;
      here[11] = (here[11] ?? 0) + w * ia * ib;
      here[12] = (here[12] ?? 0) + w * lb * lb;
      here[13] = (here[13] ?? 0) + w * lb * ib;
      here[14] = (here[14] ?? 0) + w * ib * ib;
    }
  }

  /** Sums of ∇² ln + ∇ ln ∇ lnᵀ over both ways, as the groups weighted them, by rr, rα, rs, rβ, αα, αs, αβ, ss, sβ, ββ. */
  bends({ s, shape: k }: Density): readonly number[] {
    const m = Array.from(this.sums, (sum) => this.#weighted(this.gone, (at) => sum[at] ?? 0));
    const [la, ia, lb, ib] = [this.logAlpha, this.inverseAlpha, this.logBeta, this.inverseBeta];
    const held = (value: (at: number) => number) => this.#weighted(this.alive, value);
    const product = (a: Float64Array, b: Float64Array) => held((at) => (a[at] ?? 0) * (b[at] ?? 0));
    const single = (a: Float64Array) => held((at) => a[at] ?? 0);
    const at = (place: number) => m[place] ?? 0;
    return [
      at(5) + product(la, la),
      -at(2) + k * at(6) - single(ia) + k * product(la, ia),
      -at(1) / s + at(7) + product(la, lb),
      (s + 1) * at(8) + s * product(la, ib),
      k * (k + 1) * (at(9) + product(ia, ia)),
      (-k * at(2)) / s + k * at(10) + k * product(ia, lb),
      k * (s + 1) * at(11) + k * s * product(ia, ib),
      (-2 * at(3)) / s + at(12) + product(lb, lb),
      -at(4) - ((s + 1) * at(4)) / s + (s + 1) * at(13) - single(ib) + s * product(lb, ib),
      (s + 1) * (s + 2) * at(14) + s * (s + 1) * product(ib, ib),
    ];
  }

  #weighted(weights: Float64Array, value: (at: number) => number): number {
    let sum = 0;
    for (let at = 0; at < this.#times; at++) sum += (weights[at] ?? 0) * value(at);
    return sum;
  }
}
