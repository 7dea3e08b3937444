/** The closed set of failures that a caller may tell apart. */
export const errorCodes = [
  "bad_input",
  "usage",
  "not_found",
  "conflict",
  "not_permitted",
  "unavailable",
  "corrupt",
  "unsupported",
  "condition_failed",
  "cancelled",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export type Details = Readonly<Record<string, unknown>>;
export interface WireError {
  code: ErrorCode;
  message: string;
  hint: string;
  details: Details;
}

/** The one error type: what and where (message), what to do (hint), plain details without personal data. */
export class AssayError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, hint: string, details: Details = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "AssayError";
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return errorCodes.some((code) => code === value);
}

/** What was asked to stop has stopped. */
export function cancelled(): AssayError {
  return new AssayError("cancelled", "Cancelled.", "Run the same again to go on from what was finished.");
}

/** Any thrown value in the form that every transport carries. */
export function toWire(error: unknown): WireError {
  if (error instanceof AssayError) {
    return { code: error.code, message: error.message, hint: error.hint, details: error.details };
  }
  if (error instanceof Error && error.name === "AbortError") return toWire(cancelled());
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "internal",
    message: message || "Something failed without saying why.",
    hint: "Try again; if it stays, the log beside the local store has the details.",
    details: {},
  };
}

export function fromWire(wire: WireError): AssayError {
  return new AssayError(isErrorCode(wire.code) ? wire.code : "internal", wire.message, wire.hint, wire.details);
}

/** Throws `cancelled` where the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}
