import { describe, expect, it } from "vitest";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { defineModel } from "./define.ts";
import { models } from "./list.ts";

const [whole] = models;
const changed = (change: Partial<ModelDeclaration>) => {
  if (!whole) throw new Error("no models");
  return () => defineModel({ ...whole, ...change });
};

describe("a model's declaration", () => {
  it("is checked where it is written", () => {
    expect(changed({})).not.toThrow();
    expect(changed({ name: "BG/NBD" })).toThrow(/name/);
    expect(changed({ version: 0 })).toThrow(/version/);
    expect(changed({ inputs: {} })).toThrow(/reads/);
    expect(changed({ outputs: [] })).toThrow(/output/);
    expect(changed({ outputs: [{ name: "email", type: "VARCHAR", pii: true }] })).toThrow(/who somebody is/);
    expect(changed({ outputs: [{ name: "x_low", type: "DOUBLE" }] })).toThrow(/pair/);
    const number = { kind: "number", default: 3, min: 0, max: 1, label: "N", help: "Of something." } as const;
    expect(changed({ params: { n: number } })).toThrow(/default/);
    if (whole) expect(changed({ card: { ...whole.card, limits: [] } })).toThrow(/card/);
  });

  it("comes after those that it reads", () => {
    for (const [at, { name, inputs }] of models.entries()) {
      for (const input of Object.values(inputs)) {
        if (!("scores" in input)) continue;
        const upstream = models.findIndex((model) => model.name === input.scores);
        expect(upstream >= 0 && upstream < at, `${name} reads ${input.scores}`).toBe(true);
      }
    }
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  });
});
