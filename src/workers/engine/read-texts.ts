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

/** Reads the vectors of one column, one after another. Texts that lie one after another in memory are fetched together, and texts that
 *  repeat are made once: a call for each costs more than everything else. */
export class TextReader {
  readonly #short = new ShortTexts();
  readonly #long = new LongTexts();

  /** The texts of a vector into `target` from `offset`; NULL as null. */
  read(vector: TextVector, target: unknown[], offset: number): void {
    const { rows, data, validity } = vector;
    const bytes = Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, rows * cell);
    const words = new Uint32Array(data.buffer as ArrayBuffer, data.byteOffset, rows * (cell / 4));
    const run = new Run(words, vector.follow, this.#long);
    for (let row = 0; row < rows; row++) {
      if (validity && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) {
        target[offset + row] = null;
        continue;
      }
      const length = words[row * 4] ?? 0;
      if (length <= longestInside) target[offset + row] = this.#short.textOf(bytes, words, row);
      else if (!run.takes(row, length, offset + row)) {
        run.write(target);
        run.takes(row, length, offset + row);
      }
    }
    run.write(target);
  }
}

/** So many texts are remembered, each in the place that its bytes decide. */
const places = 1024;

/** Texts that lie in their cells; of what was read before those are found that nothing else has taken the place of. */
class ShortTexts {
  readonly #words = new Uint32Array(places * 4);
  readonly #texts = new Array<string>(places).fill(""); // of no bytes

  textOf(bytes: Buffer, words: Uint32Array, row: number): string {
    const at = row * 4;
    const [length, one, two, three] = [words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0];
    const mixed = Math.imul(one ^ Math.imul(two, 0x9e3779b1) ^ Math.imul(three, 0x85ebca6b) ^ length, 0xc2b2ae35);
    const place = (mixed >>> 16) & (places - 1);
    const own = place * 4;
    const known = this.#words;
    if (known[own] === length && known[own + 1] === one && known[own + 2] === two && known[own + 3] === three)
      return this.#texts[place] ?? "";
    const from = row * cell + 4;
    const text = bytes.toString("utf8", from, from + length);
    known[own] = length;
    known[own + 1] = one;
    known[own + 2] = two;
    known[own + 3] = three;
    this.#texts[place] = text;
    return text;
  }
}

/** Texts are looked up as long as such a part of them is found, judged after so many. */
const fewestFound = 1 / 4;
const judgedAfter = 2048;
/** Texts of more bytes hardly ever repeat. */
const longestKnown = 64;
const wordsKept = longestKnown / 4;

/** Texts that lie elsewhere; where hardly any repeats they are no longer looked up. */
class LongTexts {
  readonly #texts = new Array<string>(places).fill("");
  readonly #lengths = new Uint8Array(places);
  readonly #words = new Uint32Array(places * wordsKept);
  #asked = 0;
  #found = 0;

  get isWorthALook(): boolean {
    return this.#asked < judgedAfter || this.#found >= this.#asked * fewestFound;
  }

  textOf(bytes: Buffer, view: DataView, start: number, length: number): string {
    if (length > longestKnown) return bytes.toString("utf8", start, start + length);
    this.#asked++;
    const last = start + length - 4; // its last word overlaps the one before
    let hash = length ^ view.getUint32(last, true);
    for (let at = start; at < last; at += 4)
      hash = Math.imul((hash << 5) ^ (hash >>> 27) ^ view.getUint32(at, true), 0x9e3779b1);
    const place = (hash ^ (hash >>> 15)) & (places - 1);
    if (this.#isAt(place, view, start, length)) {
      this.#found++;
      return this.#texts[place] ?? "";
    }
    const text = bytes.toString("utf8", start, start + length);
    this.#texts[place] = text;
    this.#lengths[place] = length;
    let word = place * wordsKept;
    for (let at = start; at < last; at += 4) this.#words[word++] = view.getUint32(at, true);
    this.#words[word] = view.getUint32(last, true);
    return text;
  }

  #isAt(place: number, view: DataView, start: number, length: number): boolean {
    if (this.#lengths[place] !== length) return false;
    const last = start + length - 4;
    let word = place * wordsKept;
    for (let at = start; at < last; at += 4) if (this.#words[word++] !== view.getUint32(at, true)) return false;
    return this.#words[word] === view.getUint32(last, true);
  }
}

/** Texts of which each begins where the one before ends, but for bytes that no allocator gives away. */
class Run {
  readonly #words: Uint32Array;
  readonly #follow: TextVector["follow"];
  readonly #known: LongTexts;
  readonly #places: Int32Array;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #count = 0;
  #first = 0;
  #begin = 0;
  #end = 0;

  constructor(words: Uint32Array, follow: TextVector["follow"], known: LongTexts) {
    this.#words = words;
    this.#follow = follow;
    this.#known = known;
    const rows = words.length / 4;
    this.#places = new Int32Array(rows);
    this.#starts = new Int32Array(rows);
    this.#lengths = new Int32Array(rows);
  }

  takes(row: number, length: number, place: number): boolean {
    const pointer = row * 4 + pointerAt / 4;
    const address = (this.#words[pointer] ?? 0) + (this.#words[pointer + 1] ?? 0) * twoTo32;
    if (this.#count === 0) {
      this.#first = row * cell + pointerAt;
      this.#begin = address;
    } else if (address < this.#end || address - this.#end >= 8) return false;
    this.#places[this.#count] = place;
    this.#starts[this.#count] = address - this.#begin;
    this.#lengths[this.#count++] = length;
    this.#end = address + length;
    return true;
  }

  write(target: unknown[]): void {
    if (this.#count === 0) return;
    const fetched = this.#follow(
      this.#words.buffer as ArrayBuffer,
      this.#words.byteOffset + this.#first,
      this.#end - this.#begin,
    );
    const bytes = Buffer.from(fetched.buffer as ArrayBuffer, fetched.byteOffset, fetched.byteLength);
    if (this.#known.isWorthALook) this.#writeKnown(bytes, target);
    else this.#writeAll(bytes, target);
    this.#count = 0;
  }

  #writeKnown(bytes: Buffer, target: unknown[]): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let n = 0; n < this.#count; n++) {
      target[this.#places[n] ?? 0] = this.#known.textOf(bytes, view, this.#starts[n] ?? 0, this.#lengths[n] ?? 0);
    }
  }

  #writeAll(bytes: Buffer, target: unknown[]): void {
    const all = bytes.toString("utf8");
    const isPlain = all.length === bytes.length; // a byte a letter: they stand in the whole where they lie in memory
    for (let n = 0; n < this.#count; n++) {
      const start = this.#starts[n] ?? 0;
      const end = start + (this.#lengths[n] ?? 0);
      target[this.#places[n] ?? 0] = isPlain ? all.slice(start, end) : bytes.toString("utf8", start, end);
    }
  }
}
