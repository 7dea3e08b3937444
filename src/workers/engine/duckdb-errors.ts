import { AssayError, cancelled, type ErrorCode } from "../../shared/base/errors.ts";

interface Kind {
  readonly says: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
  /** What there was too little of. */
  readonly short?: "memory";
}

const kinds: readonly Kind[] = [
  {
    says: /Out of Memory/i,
    code: "unavailable",
    hint: "Give the run more memory with --memory, or fewer workers.",
    short: "memory",
  },
  {
    says: /No space left|could not write/i,
    code: "unavailable",
    hint: "Free space on the disk, then run the same again.",
  },
  {
    says: /^(Parser|Binder|Catalog|Conversion|Syntax|Invalid Input|Not implemented|Out of Range) Error/i,
    code: "bad_input",
    hint: "Check the statement's words, columns and values.",
  },
  { says: /^Permission Error/i, code: "not_permitted", hint: "Only the snapshot's own tables can be read here." },
  { says: /^(IO|Invalid) Error/i, code: "unavailable", hint: "Check that the file is there and whole." },
];

/** What DuckDB says, as an error that a person can act on. */
export function asAssayError(error: unknown): AssayError {
  const said = (error instanceof Error ? error.message : String(error)).replace(/^Failed to [a-z ]+: /, "");
  if (/INTERRUPT Error/.test(said)) return cancelled();
  const first = said.split("\n\n")[0]?.replaceAll(/\s+/g, " ").trim() || "DuckDB failed without saying why.";
  const kind = kinds.find(({ says }) => says.test(said));
  const hint = kind?.hint ?? "Run again; if it stays, report the message.";
  return new AssayError(kind?.code ?? "internal", first, hint, {
    ...placeOf(said),
    ...(kind?.short ? { short: kind.short } : {}),
  });
}

/** Where in the text an error lies: DuckDB shows an excerpt of the line with a mark below it. */
export interface ErrorPlace {
  readonly line: number;
  readonly excerpt: string;
  readonly offset: number;
}

function placeOf(said: string): { readonly place?: ErrorPlace } {
  const [, line = "", excerpt = "", blank = ""] = /^LINE (\d+): (.*)\n( *)\^/m.exec(said) ?? [];
  if (line === "") return {};
  return { place: { line: Number(line), excerpt, offset: blank.length - `LINE ${line}: `.length } };
}
