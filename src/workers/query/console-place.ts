import { AssayError } from "../../shared/base/errors.ts";
import type { ErrorPlace } from "../engine/duckdb-errors.ts";

/** The error with the line and column of what a person typed, from 1; `before` lines were put above it. */
export function atPlace(error: unknown, sql: string, before: number): unknown {
  if (!(error instanceof AssayError)) return error;
  const { place, ...details } = error.details as { place?: ErrorPlace };
  if (!place) return error;
  const line = place.line - before;
  const found = sql.split("\n")[line - 1];
  if (found === undefined) return error;
  const column = columnIn(found, place);
  return new AssayError(error.code, error.message, error.hint, { ...details, line, column }, { cause: error });
}

/** A long line is shown in part, with dots where it is cut. */
function columnIn(line: string, { excerpt, offset }: ErrorPlace): number {
  const shown = excerpt.replace(/^\.\.\./, "").replace(/\.\.\.$/, "");
  const lead = excerpt.startsWith("...") ? 3 : 0;
  const from = line.indexOf(shown);
  return from < 0 ? 1 : Math.max(1, Math.min(line.length + 1, from + offset - lead + 1));
}
