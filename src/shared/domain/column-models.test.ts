import { describe, expect, it } from "vitest";
import { columnSource, doubtedColumns } from "./column-models.ts";

describe("columns of the profiles", () => {
  it("come from a model, from whichever a tournament chose, or are facts", () => {
    expect(columnSource("return_risk_band")).toEqual({ model: "return_risk" });
    expect(columnSource("predicted_value_minor_low")).toEqual({ target: "value" });
    expect(columnSource("revenue_minor")).toBeUndefined();
  });

  it("are doubted where what they rest on isn't proven, with their limits; stages never", () => {
    const unproven = new Set(["uplift", "tournament_value", "lifecycle_stage", "own_one"]);
    const found = doubtedColumns((model) => unproven.has(model), { own_one: ["probability_visit"], own_two: ["x"] });
    for (const name of ["uplift", "uplift_low", "uplift_group", "value_tier", "probability_visit"])
      expect(found).toContain(name);
    for (const name of ["lifecycle_stage", "probability_alive", "x", "top_products"]) expect(found).not.toContain(name);
  });
});
