import type { AssayError } from "../base/errors.ts";

/** What carries messages between two ends, whatever lies between them. Messages are JSON-safe. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** `why` where this end knows more than that it closed. */
  onClose(listener: (why?: AssayError) => void): () => void;
  close(): void;
}
