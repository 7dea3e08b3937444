import { expect, test } from "vitest";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { normaliseSubject } from "./run-plan.ts";

const subjectOf = (names: readonly string[]) => {
  const files = names.map((name, at) => ({ name, landed: `landing/till/b1/${at}.csv`, sha256: `digest ${at}` }));
  const batch = { source: "till", batch_id: "b1", not_after: null, files };
  return canonicalJson(normaliseSubject(batch, { layout: "generic", tables: [] }) as Json);
};

test("a delivery from an inbox that was moved or renamed is the same to read", () => {
  const before = subjectOf(["/inbox/2026-07-01.csv", "/inbox/2026-07-02.csv"]);
  expect(subjectOf(["/mnt/share/old inbox/2026-07-01.csv", "/mnt/share/old inbox/2026-07-02.csv"])).toBe(before);
  expect(subjectOf(["C:\\inbox\\2026-07-01.csv", "C:\\inbox\\2026-07-02.csv"])).toBe(before);
  expect(subjectOf(["/inbox/returns.csv", "/inbox/2026-07-02.csv"])).not.toBe(before);
});
