import { describe, expect, it } from "vitest";
import type { Contest } from "../../../shared/domain/model.ts";
import { type MethodTrial, naiveName, pinIn, pinnedChoice } from "../../../shared/domain/tournament.ts";
import { chooseMethod } from "./methods.ts";

const contest: Contest = {
  target: "product",
  param: "recommender",
  version: 1,
  standing: "plain",
  methods: [
    { name: "plain", title: "Plain" },
    { name: "clever", title: "Clever" },
    { name: "popularity", title: "Popularity", onlyShown: "the same for everybody" },
  ],
  outcomes: {},
  trial: () => [],
};
const trial = (method: string, loss: number, settings?: MethodTrial["settings"]): MethodTrial => ({
  method,
  n: 100,
  judged: [{ metric: "recall_at_10", value: 1 - loss, low: 0, high: 1, loss }],
  ...(settings ? { settings } : {}),
});
const asked = { fitAsOf: "2026-06-28", horizonDays: 90 };
const choose = (...cuts: readonly (readonly MethodTrial[])[]) =>
  chooseMethod(
    contest,
    cuts.map((trials, at) => ({ cutOn: ["2026-03-29", "2025-12-28"][at] ?? "", trials })),
    asked,
  );

describe("a tournament among methods", () => {
  it("takes the one of the least loss over the cuts, with the settings that did best over them", () => {
    const found = choose(
      [
        trial("plain", 0.8),
        trial("clever", 0.9, { again_weight: 0.1 }),
        trial("clever", 0.6, { again_weight: 1 }),
        trial("popularity", 0.1),
        trial(naiveName, 1),
      ],
      [
        trial("plain", 0.7),
        trial("clever", 0.5, { again_weight: 0.1 }),
        trial("clever", 0.7, { again_weight: 1 }),
        trial("popularity", 0.1),
        trial(naiveName, 1),
      ],
    );
    expect(found).toMatchObject({ chosen: "clever", settings: { clever: { again_weight: 1 } } });
    expect(found.ranking).toEqual(["clever", "plain"]);
    expect(found.rows.filter(({ candidate }) => candidate === "clever").map(({ relative }) => relative)).toEqual([
      0.6, 0.7,
    ]);
    expect(found.rows.filter(({ candidate }) => candidate === naiveName).map(({ relative }) => relative)).toEqual([
      1, 1,
    ]);
    expect(found.reason).toContain("0.648 of the naive forecast's");
  });

  it("leaves to what stands where nothing could be judged, and to whom wasn't judged at every cut no choice", () => {
    expect(choose([], [])).toMatchObject({ chosen: "plain", rows: [], ranking: ["plain", "clever"] });
    const half = choose(
      [trial("plain", 0.9), trial("clever", 0.1), trial(naiveName, 1)],
      [trial("plain", 0.9), trial(naiveName, 1)],
    );
    expect(half.chosen).toBe("plain");
  });

  it("is fixed by a parameter of the model, whose free value leaves it open", () => {
    expect(pinIn("product", { "product_affinity.recommender": "ease" })).toBe("ease");
    expect(pinIn("product", { "product_affinity.recommender": "best" })).toBe("auto");
    expect(pinIn("value", { "chosen_value.model": "customer_value" })).toBe("customer_value");
    expect(pinIn("value", undefined)).toBe("auto");
    const found = choose([trial("plain", 0.8), trial("clever", 0.6), trial(naiveName, 1)]);
    expect(pinnedChoice(found, "plain")).toMatchObject({ chosen: "plain", weights: { plain: 1 } });
  });
});
