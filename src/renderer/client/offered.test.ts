import { describe, expect, it } from "vitest";
import type { Field } from "../../shared/api/contract/customers.ts";
import { choosable, offeredFields } from "./offered.ts";

const field = (name: string): Field => ({
  name,
  label: name,
  kind: "number",
  unit: null,
  help: "",
  group: "Other",
  choices: null,
  is_empty: false,
  minimum: null,
  maximum: null,
});
const fields = [field("revenue_minor"), field("uplift")];
const isColumnDoubted = (name: string) => name === "uplift";

describe("fields that are offered", () => {
  it("leave out what isn't proven, unless something rests on it already", () => {
    const offered = offeredFields(fields, { isShown: false, isColumnDoubted });
    expect(choosable(offered).map(({ name }) => name)).toEqual(["revenue_minor"]);
    expect(choosable(offered, ["uplift"]).map(({ label }) => label)).toEqual(["revenue_minor", "uplift (unproven)"]);
  });

  it("show it with a label where somebody wants to see it", () => {
    const offered = offeredFields(fields, { isShown: true, isColumnDoubted });
    expect(choosable(offered).map(({ label }) => label)).toEqual(["revenue_minor", "uplift (unproven)"]);
  });
});
