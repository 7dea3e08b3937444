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

export function portOption(text: string): number {
  const value = numberOption(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("A port is 0 to 65535.");
  return value;
}

/** A moment, or the beginning of a day, as the deliveries' moments are written. */
export function instantOption(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError("Write it as 2026-05-13T09:30:00Z.");
  return at.toISOString();
}
