/** DuckDB's `string_t`: four bytes of length, then up to twelve of text, or four of it and a pointer to all. */
const cell = 16;
const longestInside = 12;
const pointerAt = 8;
const twoTo32 = 2 ** 32;

/** A vector of VARCHAR as it lies in memory. */
export interface TextVector {
  readonly rows: number;
  /** `rows` cells. */
  readonly data: Uint8Array;
  /** A bit a row, set where it isn't NULL; null where none is. */
  readonly validity: Uint8Array | null;
  /** So many bytes from where a pointer leads that lies in `buffer`. */
  readonly follow: (buffer: ArrayBuffer, pointerOffset: number, bytes: number) => Uint8Array;
}

export const bytesOfTexts = (rows: number) => rows * cell;

/** The texts of a vector into `target` from `offset`; NULL as null. Texts that lie one after another in memory are fetched
 *  together: a call for each costs more than everything else. */
export function readTexts(vector: TextVector, target: unknown[], offset: number): void {
  const { rows, data, validity } = vector;
  const bytes = Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, rows * cell);
  const view = new DataView(data.buffer as ArrayBuffer, data.byteOffset, rows * cell);
  const run = new Run(view, vector.follow);
  for (let row = 0; row < rows; row++) {
    if (validity && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) {
      target[offset + row] = null;
      continue;
    }
    const at = row * cell;
    const length = view.getUint32(at, true);
    if (length <= longestInside) target[offset + row] = bytes.toString("utf8", at + 4, at + 4 + length);
    else if (!run.takes(at, length, offset + row)) {
      run.write(target);
      run.takes(at, length, offset + row);
    }
  }
  run.write(target);
}

/** Texts of which each begins where the one before ends, but for bytes that no allocator gives away. */
class Run {
  readonly #view: DataView;
  readonly #follow: TextVector["follow"];
  #places: number[] = [];
  #starts: number[] = [];
  #lengths: number[] = [];
  #first = 0;
  #begin = 0;
  #end = 0;

  constructor(view: DataView, follow: TextVector["follow"]) {
    this.#view = view;
    this.#follow = follow;
  }

  takes(at: number, length: number, place: number): boolean {
    const pointer = at + pointerAt;
    const address = this.#view.getUint32(pointer, true) + this.#view.getUint32(pointer + 4, true) * twoTo32;
    if (this.#places.length === 0) {
      this.#first = pointer;
      this.#begin = address;
    } else if (address < this.#end || address - this.#end >= 8) return false;
    this.#places.push(place);
    this.#starts.push(address - this.#begin);
    this.#lengths.push(length);
    this.#end = address + length;
    return true;
  }

  write(target: unknown[]): void {
    if (this.#places.length === 0) return;
    const fetched = this.#follow(
      this.#view.buffer as ArrayBuffer,
      this.#view.byteOffset + this.#first,
      this.#end - this.#begin,
    );
    const bytes = Buffer.from(fetched.buffer as ArrayBuffer, fetched.byteOffset, fetched.byteLength);
    for (let n = 0; n < this.#places.length; n++) {
      const start = this.#starts[n] ?? 0;
      target[this.#places[n] ?? 0] = bytes.toString("utf8", start, start + (this.#lengths[n] ?? 0));
    }
    this.#places = [];
    this.#starts = [];
    this.#lengths = [];
  }
}
