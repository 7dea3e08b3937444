import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stepOf } from "../../../test/support/tasks.ts";
import type { StepDeclaration } from "../../shared/domain/step.ts";
import { keyOf, showPart } from "./key.ts";
import { Planner, type PlanRequest } from "./plan.ts";

const rows = (step: string) => ({ step, output: "rows" });
const days = { kind: "number", default: 60, min: 1, max: 365, label: "Days", help: "Days." } as const;
const catalogue: readonly StepDeclaration[] = [
  stepOf("normalise", { scope: "batch", timing: "none", settings: ["currency"] }),
  stepOf("lake", { timing: "none", inputs: { rows: rows("normalise") } }),
  stepOf("clusters", { timing: "none", inputs: { rows: rows("lake") } }),
  stepOf("customer_ids", {
    timing: "none",
    inputs: { clusters: rows("clusters") },
    outputs: [{ name: "records", kind: "parquet", columns: [] }],
  }),
  stepOf("lines", {
    inputs: { lake: rows("lake"), ids: { step: "customer_ids", output: "records" } },
    outputs: [{ name: "rows", kind: "parquet", columns: [], isPartitioned: true }],
    usesBuckets: true,
  }),
  stepOf("summary", { scope: "bucket", inputs: { lines: rows("lines") } }),
  stepOf("fit_stage", { timing: "fit_as_of", inputs: { summary: rows("summary") }, params: { days }, usesSeed: true }),
  stepOf("scores_stage", {
    inputs: { summary: rows("summary"), fitted: rows("fit_stage") },
    params: { days },
    usesHorizon: true,
  }),
  stepOf("other", { inputs: { summary: rows("summary") }, settings: ["return_window_days"] }),
  stepOf("outcomes", { timing: "cut", inputs: { summary: rows("summary") }, usesHorizon: true }),
  stepOf("tournament", {
    timing: "fit_as_of",
    inputs: {
      one: { ...rows("scores_stage"), cut: 1 },
      two: { ...rows("scores_stage"), cut: 2 },
      after: { ...rows("outcomes"), cut: 1 },
    },
  }),
  stepOf("change", {
    inputs: { now: rows("summary"), before: { ...rows("summary"), daysBefore: 7 } },
  }),
];
const steps = new Map(catalogue.map((step) => [step.name, step]));
const batch = (batchId: string) => ({ source: "shop", batchId, subject: { batch_id: batchId } });
const request: PlanRequest = {
  steps,
  batches: [batch("b1"), batch("b2")],
  brand: { currency: "GBP", timeZone: "Europe/London", returnWindowDays: 30 },
  asOf: "2026-06-30",
  horizonDays: 365,
  purchaseHorizonDays: 90,
  bucketCount: 1,
  seed: 1,
  params: {},
  previousIds: () => null,
};
const targets = ["scores_stage", "other", "change"];

/** The keys of all tasks by their place. */
function plan(more: Partial<PlanRequest> = {}): Map<string, string> {
  const planner = new Planner({ ...request, ...more });
  for (const target of targets) planner.require(target);
  return new Map(planner.graph().nodes.map(({ slot, key }) => [slot, key]));
}

/** The steps of which some key differs. */
function changed(more: Partial<PlanRequest>): string[] {
  const [before, after] = [plan(), plan(more)];
  const slots = new Set([...before.keys(), ...after.keys()]);
  const differing = [...slots].filter((slot) => before.get(slot) !== after.get(slot));
  return [...new Set(differing.map((slot) => slot.split(" ")[0] ?? ""))].sort();
}

describe("a key", () => {
  it("doesn't depend on the order of members", () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, member]) => [name, turned(member)]),
            )
          : value;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (question) => {
        expect(keyOf(turned(question) as Record<string, unknown>)).toBe(keyOf(question));
      }),
    );
  });

  it("differs where a value does, order of lists included", () => {
    expect(keyOf({ a: [1, 2] })).not.toBe(keyOf({ a: [2, 1] }));
    expect(keyOf({ a: "1" })).not.toBe(keyOf({ a: 1 }));
    expect(keyOf({ a: null })).not.toBe(keyOf({}));
    expect(() => keyOf({ a: Number.NaN })).toThrow();
  });

  it("shows its parts in short", () => {
    expect(showPart("v1")).toBe("v1");
    expect(showPart({ a: "a".repeat(100) })).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("a plan", () => {
  it("is the same for the same request", () => {
    expect(changed({})).toEqual([]);
    expect(
      changed({ params: {}, brand: { returnWindowDays: 30, timeZone: "Europe/London", currency: "GBP" } }),
    ).toEqual([]);
  });

  it("names each task after those that it reads, once", () => {
    const planner = new Planner(request);
    for (const target of targets) planner.require(target);
    const seen = new Set<string>();
    for (const node of planner.graph().nodes) {
      for (const { key } of Object.values(node.inputs).flat()) expect(seen.has(key)).toBe(true);
      expect(seen.has(node.key)).toBe(false);
      seen.add(node.key);
    }
  });

  it("changes by a parameter only what carries it and what reads that", () => {
    expect(changed({ params: { "stage.days": 30 } })).toEqual(["fit_stage", "scores_stage"]);
    expect(changed({ params: { "scores_stage.days": 30 } })).toEqual(["scores_stage"]);
    expect(changed({ params: { "stage.days": 60 } })).toEqual([]);
    expect(changed({ params: { "stage.unknown": 1 } })).toEqual([]);
  });

  it("changes by a setting, a horizon or a seed only what uses it", () => {
    expect(changed({ brand: { ...request.brand, returnWindowDays: 14 } })).toEqual(["other"]);
    expect(changed({ brand: { ...request.brand, timeZone: "UTC" } })).toEqual([]);
    expect(changed({ horizonDays: 180 })).toEqual(["scores_stage"]);
    expect(changed({ seed: 2 })).toEqual(["fit_stage", "scores_stage"]);
  });

  it("changes by a version that step and its readers", () => {
    const newer = new Map(steps).set("summary", { ...(steps.get("summary") ?? stepOf("summary")), version: 2 });
    expect(changed({ steps: newer })).toEqual(["change", "fit_stage", "other", "scores_stage", "summary"]);
  });

  it("reads a new delivery beside the old ones, which stay", () => {
    const [before, after] = [plan(), plan({ batches: [...request.batches, batch("b3")] })];
    expect([...before].filter(([slot, key]) => after.get(slot) === key).map(([slot]) => slot)).toEqual([
      "normalise batch shop/b1",
      "normalise batch shop/b2",
    ]);
    expect(after.get("normalise batch shop/b3")).toBeDefined();
  });

  it("keeps the fit of the week when the day moves within it", () => {
    const [tuesday, saturday] = [plan(), plan({ asOf: "2026-07-04" })];
    const fits = (found: Map<string, string>) => [...found].filter(([slot]) => slot.startsWith("fit_stage"));
    expect(fits(tuesday)).toHaveLength(1);
    expect(fits(saturday)).toEqual(fits(tuesday));
    expect(fits(plan({ asOf: "2026-07-05" }))[0]?.[1]).not.toBe(fits(tuesday)[0]?.[1]);
  });

  it("shares the fit of a cut with the run of that week", () => {
    const fitOf = (more: Partial<PlanRequest>) =>
      new Planner({ ...request, ...more }).require("fit_stage").map(({ key }) => key);
    const cut = fitOf({ asOf: "2026-03-29", horizonDays: 90, role: "cut 1" });
    expect(cut).toEqual(fitOf({ asOf: "2026-03-31" }));
    expect(cut).not.toEqual(fitOf({}));
  });

  it("judges candidates of a tournament by the very tasks of an evaluation at the same cut", () => {
    const planner = new Planner(request);
    const [tournament] = planner.require("tournament");
    const evaluated = (asOf: string) => {
      const own = new Planner({ ...request, asOf, horizonDays: 90, purchaseHorizonDays: 90 });
      return [own.require("scores_stage")[0]?.key, own.require("outcomes")[0]?.key];
    };
    const keys = (alias: string) => tournament?.inputs[alias]?.map(({ key }) => key);
    expect([keys("one"), keys("after")].flat()).toEqual(evaluated("2026-03-29"));
    expect(keys("two")).toEqual([evaluated("2025-12-28")[0]]);
    expect(planner.graph().nodes.findIndex(({ step }) => step === "tournament")).toBe(planner.graph().nodes.length - 1);
    expect(new Planner({ ...request, asOf: "2026-07-04" }).require("tournament")[0]?.key).toBe(tournament?.key);
    expect(new Planner({ ...request, horizonDays: 30 }).require("tournament")[0]?.key).toBe(tournament?.key);
  });

  it("judges what is published at a cut that all of its horizon follows, over its own horizon", () => {
    const judging = stepOf("judging", {
      inputs: {
        far: { ...rows("scores_stage"), cut: "horizon" },
        after: { ...rows("outcomes"), cut: "horizon" },
        near: { ...rows("outcomes"), cut: 1 },
      },
      timing: "fit_as_of",
      usesHorizon: true,
    });
    const own = { ...request, steps: new Map(steps).set("judging", judging) };
    const inputsOf = (more: Partial<PlanRequest>) => new Planner({ ...own, ...more }).require("judging")[0]?.inputs;
    const at = new Planner({ ...request, asOf: "2025-06-22" });
    expect(inputsOf({ horizonDays: 365 })?.far).toEqual([{ key: at.require("scores_stage")[0]?.key, output: "rows" }]);
    expect(inputsOf({ horizonDays: 365 })?.after).toEqual([{ key: at.require("outcomes")[0]?.key, output: "rows" }]);
    const same = inputsOf({ horizonDays: 90, purchaseHorizonDays: 90 });
    expect(same?.after).toEqual(same?.near);
  });

  it("fits at the day itself where somebody named it", () => {
    const fitOf = (more: Partial<PlanRequest>) => new Planner({ ...request, ...more }).require("fit_stage")[0];
    expect(fitOf({})?.asOf).toBe("2026-06-28");
    expect(fitOf({ fitAsOf: "2026-06-30" })?.asOf).toBe("2026-06-30");
  });

  it("has a task a bucket, each with its own part, and all of them for a brand's task", () => {
    const planner = new Planner({ ...request, bucketCount: 4 });
    const summaries = planner.require("summary");
    expect(summaries.map(({ bucket, inputs }) => [bucket, inputs.lines?.map(({ output }) => output)])).toEqual(
      [0, 1, 2, 3].map((bucket) => [bucket, [`rows#${bucket}`]]),
    );
    expect(new Set(summaries.map(({ key }) => key)).size).toBe(4);
    const [fit] = planner.require("fit_stage");
    expect(fit?.inputs.summary).toHaveLength(4);
    expect(new Planner(request).require("lake")[0]?.key).toBe(planner.require("lake")[0]?.key);
    expect(new Planner(request).require("lines")[0]?.key).not.toBe(planner.require("lines")[0]?.key);
  });

  describe("where customers fill several buckets", () => {
    const lines = stepOf("lines", {
      timing: "none",
      inputs: { lake: rows("lake") },
      outputs: [{ name: "rows", kind: "parquet", columns: [], isPartitioned: true }],
      usesBuckets: true,
    });
    const days = stepOf("days", { scope: "bucket", timing: "none", inputs: { lines: rows("lines") } });
    const training = stepOf("training", {
      inputs: { now: rows("days"), before: { ...rows("summary"), daysBefore: 91 }, lines: rows("lines") },
      isDrawn: true,
    });
    const fit = stepOf("fit_trained", { inputs: { training: rows("training"), summary: rows("summary") } });
    const own = new Map(steps).set("lines", lines).set("days", days).set("training", training).set("fit_trained", fit);
    const buckets = { ...request, steps: own, bucketCount: 4 };
    const partsOf = (planner: Planner, step: string, at?: string) =>
      Object.fromEntries(
        Object.entries(planner.require(step, at)[0]?.inputs ?? {}).map(([alias, list]) => [alias, list.length]),
      );

    it("judges one of them, with what is made of all customers once", () => {
      const planner = new Planner({ ...buckets, isDrawn: true, asOf: "2026-03-29" });
      expect(partsOf(planner, "scores_stage")).toEqual({ summary: 1, fitted: 1 });
      expect(planner.require("summary").map(({ bucket }) => bucket)).toEqual([0]);
      const whole = new Planner({ ...buckets, asOf: "2026-03-29" });
      expect(planner.require("lines")[0]?.key).toBe(whole.require("lines")[0]?.key);
      expect(planner.require("summary")[0]?.key).toBe(whole.require("summary")[0]?.key);
      expect(planner.require("fit_stage")[0]?.key).not.toBe(whole.require("fit_stage")[0]?.key);
      expect(partsOf(whole, "scores_stage")).toEqual({ summary: 4, fitted: 1 });
    });

    it("learns from one of them, scores all of them and compares all of them with before", () => {
      const planner = new Planner(buckets);
      expect(partsOf(planner, "fit_trained")).toEqual({ training: 1, summary: 4 });
      expect(partsOf(planner, "training")).toEqual({ now: 1, before: 1, lines: 1 });
      expect(partsOf(planner, "change")).toEqual({ now: 4, before: 4 });
      const [tournament] = planner.require("tournament");
      const cut = new Planner({
        ...buckets,
        isDrawn: true,
        asOf: "2026-03-29",
        horizonDays: 90,
        purchaseHorizonDays: 90,
      });
      expect(tournament?.inputs.one).toEqual([{ key: cut.require("scores_stage")[0]?.key, output: "rows" }]);
    });

    it("reads so many first buckets where a step asks for them, and plans no others for it", () => {
      const some = stepOf("some", {
        inputs: { early: { ...rows("summary"), daysBefore: 91, sample: 2 }, lines: { ...rows("lines"), sample: 2 } },
      });
      const planner = new Planner({ ...buckets, steps: new Map(own).set("some", some) });
      expect(partsOf(planner, "some")).toEqual({ early: 2, lines: 2 });
      expect(planner.require("some")[0]?.share).toBe(0.5);
      expect(planner.graph().nodes.filter(({ step }) => step === "summary")).toHaveLength(2);
      expect(planner.require("summary", "2026-03-31").map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3]);
      const drawn = new Planner({ ...buckets, steps: new Map(own).set("some", some), isDrawn: true });
      expect(partsOf(drawn, "some")).toEqual({ early: 1, lines: 1 });
      expect(drawn.require("some")[0]?.share).toBeUndefined();
    });

    it("makes the very same tasks of one bucket as of all where there is but one", () => {
      const keysOf = (more: Partial<PlanRequest>) => {
        const planner = new Planner({ ...buckets, bucketCount: 1, ...more });
        for (const step of ["fit_trained", "scores_stage", "tournament", "change"]) planner.require(step);
        return planner.graph().nodes.map(({ key, slot }) => `${slot} ${key}`);
      };
      expect(keysOf({ isDrawn: true })).toEqual(keysOf({ isDrawn: false }));
    });
  });

  it("reads of rows filed by spans of days only what a task's day may see", () => {
    const spanned = stepOf("lines", {
      scope: "bucket",
      timing: "none",
      inputs: { lake: rows("lake") },
      outputs: [{ name: "rows", kind: "parquet", columns: [], isSpanned: true }],
      usesSpans: true,
    });
    const outcome = stepOf("outcome", { timing: "cut", inputs: { lines: rows("lines") } });
    const spans = {
      steps: new Map(steps).set("lines", spanned).set("outcome", outcome),
      spanEnds: ["2026-03-30", "2026-06-28"],
    };
    const readBy = (step: string, more: Partial<PlanRequest> = {}) =>
      new Planner({ ...request, ...spans, ...more }).require(step)[0]?.inputs.lines?.map(({ output }) => output);
    expect(readBy("summary")).toEqual(["rows@0", "rows@1", "rows@2"]);
    expect(readBy("summary", { asOf: "2026-06-28" })).toEqual(["rows@0", "rows@1"]);
    expect(readBy("summary", { asOf: "2026-03-30" })).toEqual(["rows@0"]);
    expect(readBy("outcome", { asOf: "2026-03-30", horizonDays: 90 })).toEqual(["rows@0", "rows@1"]);
    const keyWith = (spanEnds: readonly string[]) =>
      new Planner({ ...request, ...spans, spanEnds }).require("lines")[0]?.key;
    expect(keyWith(["2026-06-28"])).not.toBe(keyWith([]));
  });

  it("builds a day's task on the week's end before it, where fits are of that day", () => {
    const counts = stepOf("counts", {
      inputs: {
        lines: { ...rows("lake"), base: "without" },
        recent: { ...rows("summary"), base: "with" },
        base: { ...rows("counts"), base: "at" },
      },
    });
    const more = { steps: new Map(steps).set("counts", counts) };
    const aliases = (own: Partial<PlanRequest>, at?: string) =>
      Object.keys(new Planner({ ...request, ...more, ...own }).require("counts", at)[0]?.inputs ?? {});
    expect(aliases({})).toEqual(["recent", "base"]);
    expect(aliases({ fitAsOf: "2026-06-28" })).toEqual(["recent", "base"]);
    expect(aliases({ fitAsOf: "2026-06-30" })).toEqual(["lines"]);
    expect(aliases({ asOf: "2026-06-28" })).toEqual(["lines"]);
    expect(aliases({}, "2026-06-23")).toEqual(["lines"]);
    const planner = new Planner({ ...request, ...more });
    const [built] = planner.require("counts");
    expect(built?.inputs.base).toEqual([{ key: planner.require("counts", "2026-06-28")[0]?.key, output: "rows" }]);
  });

  it("reads what was added since a base with the base", () => {
    const added = stepOf("added", { addsToBase: true, inputs: { base: { ...rows("added"), base: "at" } } });
    const reader = stepOf("reader", { inputs: { added: rows("added") } });
    const more = { steps: new Map(steps).set("added", added).set("reader", reader) };
    const planner = new Planner({ ...request, ...more });
    const [before, since] = [planner.require("added", "2026-06-28")[0], planner.require("added")[0]];
    expect(planner.require("reader")[0]?.inputs.added?.map(({ key }) => key)).toEqual([before?.key, since?.key]);
    expect(planner.require("reader", "2026-06-28")[0]?.inputs.added).toHaveLength(1);
  });

  it("starts ids from the last assignment", () => {
    const [born] = new Planner(request).require("customer_ids");
    const [grown] = new Planner({ ...request, previousIds: () => "earlier" }).require("customer_ids");
    expect(born?.inputs.previous).toBeUndefined();
    expect(grown?.inputs.previous).toEqual([{ key: "earlier", output: "records" }]);
    expect(grown?.key).not.toBe(born?.key);
  });

  it("refuses steps and outputs that aren't there, and dates that are missing", () => {
    expect(() => new Planner(request).require("nothing")).toThrow(/No step/);
    expect(() => new Planner({ ...request, asOf: null }).require("other")).toThrow(/needs a date/);
    expect(new Planner({ ...request, asOf: null }).require("lake")).toHaveLength(1);
    const broken = new Map(steps).set("other", stepOf("other", { inputs: { lake: { step: "lake", output: "none" } } }));
    expect(() => new Planner({ ...request, steps: broken }).require("other")).toThrow(/no output/);
  });
});
