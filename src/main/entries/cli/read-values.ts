import { InvalidArgumentError } from "commander";
import { AssayError } from "../../../shared/base/errors.ts";

/** A share written as 0.1 or 10%. */
export function shareOf(text: string, option: string): number {
  const found = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim());
  const value = found ? Number(found[1]) / (found[2] === "%" ? 100 : 1) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new AssayError("usage", `“${text}” is no share.`, `Write ${option} as 0.1 or 10%.`);
}

/** A contact cap written as 4/30. */
export function capOf(text: string) {
  const found = /^(\d+)\/(\d+)$/.exec(text);
  if (!found) throw new AssayError("usage", `“${text}” is no cap.`, "Write --cap MESSAGES/DAYS, such as 4/30.");
  return { messages: Number(found[1]), days: Number(found[2]) };
}

/** The number that an option is given. */
export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It is no number.");
  return value;
}
