import { describe, expect, it } from "vitest";
import type { Returns } from "../../../shared/api/contract/returns.ts";
import { returnersOf } from "./audience.ts";
import { bandFinding, checkFinding, driverFinding, groupFinding, refundsFinding } from "./findings.ts";

const band = (name: "low" | "medium" | "high" | "very_high", lines: number, at_risk_minor: number) => ({
  band: name,
  from: 0,
  lines,
  customers: lines,
  open_minor: 0,
  at_risk_minor,
});
const group = (name: string, settled: number, returned: number): Returns["groups"][number]["rows"][number] => ({
  name,
  settled,
  returned,
  rate: settled > 0 ? returned / settled : null,
  rate_before: null,
  open_lines: 0,
  at_risk_minor: 0,
});

describe("what the returns screen finds", () => {
  it("follows from the bands shown", () => {
    const bands = [band("low", 90, 400), band("medium", 0, 0), band("high", 8, 500), band("very_high", 2, 100)];
    expect(bandFinding({ bands, open_lines: 100 })).toBe("60 % of what is expected back lies in 10 % of the lines");
    expect(bandFinding({ bands: [band("low", 9, 40)], open_lines: 9 })).toBe("No open line has a high risk");
    expect(bandFinding({ bands: [], open_lines: 0 })).toBe("Nothing is open");
  });

  it("names the part with the highest rate only among those large enough", () => {
    const rows = [group("towels", 100, 4), group("dresses", 200, 50), group("hats", 3, 3)];
    expect(groupFinding(rows, "category")).toBe("Dresses come back most: 25 %");
    expect(groupFinding([group("hats", 3, 3)], "category")).toBe("Where returns come from");
  });

  it("tells the strongest drivers, and whether chances came true", () => {
    expect(driverFinding([])).toBe("What moves the chance");
    const drivers = [
      { driver: "category", effect: 0.05 },
      { driver: "history", effect: 0.04 },
    ];
    expect(driverFinding(drivers)).toBe("Category and past returns move the chance most");
    const bin = (expected: number, actual: number) => ({ expected, actual, low: 0, high: 1, n: 10 });
    const check = (bins: ReturnType<typeof bin>[]) => checkFinding({ lines: 10, is_corrected: false, bins });
    expect(check([bin(0.1, 0.1), bin(0.3, 0.31)])).toBe(
      "Chances are right on the whole: 20.0 % told, 20.5 % came back",
    );
    expect(check([bin(0.3, 0.1)])).toBe("Chances were too high: 30.0 % told, 10.0 % came back");
    expect(check([])).toBe("Too few settled lines to check chances");
  });

  it("leads to segments where a rule can ask for the part", () => {
    expect(returnersOf("size", "M")).toBeNull();
    expect(decodeURIComponent(returnersOf("category", "Hats") ?? "")).toContain('"value":"Hats"');
    expect(decodeURIComponent(returnersOf("lifecycle_stage", "new") ?? "")).toContain("lifecycle_stage");
  });
});

describe("refunds by period", () => {
  const of = (label: string, rate: number | null, is_open = false) => ({ label, rate, is_open });
  it("are told of the latest period that is over", () => {
    expect(refundsFinding([of("Q1 2026", 0.1), of("Q2 2026", 0.12), of("Q3 2026", 0.01, true)])).toBe(
      "12.0 % of revenue was refunded in Q2 2026, after 10.0 % in Q1 2026",
    );
    expect(refundsFinding([of("2026", 0.1, true)])).toBe("Refunds by fiscal period");
  });
});
