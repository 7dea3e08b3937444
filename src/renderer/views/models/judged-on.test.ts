import { expect, it } from "vitest";
import { judgedOn } from "./judged-on.ts";

it("says what a metric's groups are and which time their outcomes are of", () => {
  const at = { cut_on: "2026-04-26", horizon_days: 90 };
  expect(judgedOn({ model: "rfm", metric: "auc", ...at })).toEqual({
    many: "customers",
    what: "What happened in the 90 days after 26 Apr 2026",
  });
  expect(judgedOn({ model: "return_risk", metric: "log_loss", ...at }).many).toBe("lines");
  expect(judgedOn({ model: "return_risk", metric: "log_loss_at_purchase", ...at }).what).toBe(
    "What became of lines bought within the return window before 26 Apr 2026",
  );
});
