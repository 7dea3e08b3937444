import { closeSync, openSync, writeSync } from "node:fs";

const capacity = 1 << 20;

/** A file written through one buffer. */
export class ByteFile {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(capacity);
  #used = 0;
  #isOpen = true;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  byte(value: number): void {
    if (this.#used === capacity) this.flush();
    this.#buffer[this.#used++] = value;
  }

  bytes(part: Uint8Array): void {
    if (part.length > capacity - this.#used) this.flush();
    if (part.length > capacity) this.#write(part);
    else {
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
    }
  }

  text(part: string): void {
    if (part.length * 3 > capacity - this.#used) this.flush();
    if (part.length * 3 > capacity) this.#write(Buffer.from(part, "utf8"));
    else this.#used += this.#buffer.write(part, this.#used, "utf8");
  }

  flush(): void {
    this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #write(part: Uint8Array): void {
    for (let at = 0; at < part.length; ) at += writeSync(this.#file, part, at);
  }
}
