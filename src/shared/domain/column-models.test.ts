import { describe, expect, it } from "vitest";
import { doubtedColumns } from "./column-models.ts";

describe("columns of the profiles", () => {
  it("are doubted where what they rest on isn't proven, with their limits; stages never", () => {
    const unproven = new Set(["uplift", "tournament_value", "lifecycle_stage", "own_one"]);
    const found = doubtedColumns((model) => unproven.has(model), { own_one: ["probability_visit"], own_two: ["x"] });
    for (const name of [
      "uplift",
      "uplift_low",
      "uplift_group",
      "value_tier",
      "predicted_value_minor_low",
      "probability_visit",
    ])
      expect(found).toContain(name);
    for (const name of ["lifecycle_stage", "probability_alive", "x", "top_products", "revenue_minor"])
      expect(found).not.toContain(name);
  });
});
