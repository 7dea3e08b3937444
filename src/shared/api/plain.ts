import { z } from "zod";

/** Both ends are this program: shapes are compile-time, the check is that an object arrives. */
export function plain<T extends object>() {
  return z.custom<T>((value) => typeof value === "object" && value !== null);
}
