import { describe, expect, it } from "vitest";
import { checkDefinition, essenceOf, type OwnDefinition, type OwnProgram, type OwnPropensity } from "./own-model.ts";

const known = {
  models: new Set(["rfm"]),
  features: ["frequency", "recency"],
  tables: ["profiles", "customer_features"],
};
const propensity: OwnPropensity = {
  kind: "propensity",
  name: "opens",
  title: "Opens",
  purpose: "",
  event: { kind: "message", type: "opened" },
  horizon_days: 30,
  population: {},
  leave_out: ["recency"],
};
const program: OwnProgram = {
  kind: "program",
  name: "own",
  title: "Own",
  purpose: "",
  version: 1,
  command: ["python3", "model.py"],
  files: { "model.py": "print(1)" },
  inputs: ["profiles"],
  rows: "customers",
  outputs: [{ name: "chance", type: "DOUBLE" }],
  timeout_seconds: 60,
  predicts: { column: "chance", event: { kind: "purchase" }, horizon_days: 90 },
};

describe("a definition", () => {
  it("stands where its names do", () => {
    expect(() => checkDefinition(propensity, known)).not.toThrow();
    expect(() => checkDefinition(program, known)).not.toThrow();
  });

  it.each<[string, OwnDefinition, string]>([
    ["the name of a model", { ...propensity, name: "rfm" }, "conflict"],
    ["the name of a model to come", { ...propensity, name: "pareto_ggg" }, "conflict"],
    ["no name", { ...propensity, name: "Opens!" }, "bad_input"],
    ["the name of a limit", { ...propensity, name: "opens_low" }, "bad_input"],
    ["an unknown feature", { ...propensity, leave_out: ["shoe_size"] }, "bad_input"],
    ["nothing to learn from", { ...propensity, leave_out: ["frequency", "recency"] }, "bad_input"],
    ["a table with contact data", { ...program, inputs: ["people"] }, "bad_input"],
    ["an output that is a key", { ...program, outputs: [{ name: "customer_id", type: "VARCHAR" }] }, "bad_input"],
    ["an output twice", { ...program, outputs: [...program.outputs, ...program.outputs] }, "bad_input"],
    [
      "half a pair of limits",
      { ...program, outputs: [...program.outputs, { name: "chance_low", type: "DOUBLE" }] },
      "bad_input",
    ],
    ["a file in another folder", { ...program, files: { "../model.py": "" } }, "bad_input"],
    ["too much of a program", { ...program, files: { "model.py": "x".repeat(300_000) } }, "bad_input"],
    [
      "a promise of another column",
      { ...program, predicts: { column: "spend", event: { kind: "purchase" }, horizon_days: 90 } },
      "bad_input",
    ],
    ["an empty command", { ...program, command: [""] }, "bad_input"],
  ])("with %s is refused", (_, definition, code) => {
    expect(() => checkDefinition(definition, known)).toThrow(expect.objectContaining({ code }));
  });

  it("rests on all but what it is called", () => {
    expect(essenceOf({ ...program, title: "Other", purpose: "x" })).toEqual(essenceOf(program));
    expect(essenceOf({ ...program, version: 2 })).not.toEqual(essenceOf(program));
  });
});
