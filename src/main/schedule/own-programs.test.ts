import { describe, expect, it } from "vitest";
import { taskNode } from "../../../test/support/tasks.ts";
import type { OwnProgram } from "../../shared/domain/own-model.ts";
import { digestOf, runnerOf } from "./own-programs.ts";
import type { RunTask } from "./run-graph.ts";

const program: OwnProgram = {
  ...{
    kind: "program",
    name: "forest",
    title: "Forest",
    purpose: "",
    version: 1,
    command: ["python3", "model.py"],
    files: {},
  },
  ...{ inputs: ["customer_features"], rows: "customers", outputs: [{ name: "chance", type: "DOUBLE" }] },
  ...{ timeout_seconds: 60, predicts: null },
};
const labelled = { ...program, label: "spark" };
const here: RunTask = async () => null;
const anyAgent: RunTask = async () => null;
const sparkAgent: RunTask = async () => null;
const session = (labels: readonly string[]) => ({
  runTask: anyAgent,
  labelled: async (label: string) => (labels.includes(label) ? sparkAgent : null),
});
const scores = taskNode("a", [], { step: "scores_forest" });
const allowed = new Map([["forest", { digest: digestOf(program), program: null }]]);
const nobody = new Map();

describe("who runs a program", () => {
  it("is an agent of its label, whatever this machine may", async () => {
    for (const permits of [allowed, nobody])
      expect(await runnerOf(scores, { programs: [labelled], permits, session: session(["spark"]), here })).toBe(
        sparkAgent,
      );
  });

  it("is this machine where no such agent is there and its user allowed it", async () => {
    const places = { permits: allowed, here };
    expect(await runnerOf(scores, { ...places, programs: [labelled], session: session(["gpu"]) })).toBe(here);
    expect(await runnerOf(scores, { ...places, programs: [program], session: session(["spark"]) })).toBe(here);
    expect(await runnerOf(scores, { ...places, programs: [labelled], session: undefined })).toBe(here);
  });

  it("is nobody otherwise, and says what would help", async () => {
    const places = { programs: [labelled], permits: nobody, session: session([]), here };
    await expect(runnerOf(scores, places)).rejects.toMatchObject({ code: "not_permitted", hint: /--labels spark/ });
  });

  it("is any agent for what isn't a program", async () => {
    const places = { programs: [labelled], permits: allowed, session: session(["spark"]), here };
    expect(await runnerOf(taskNode("b", [], { step: "scores_rfm" }), places)).toBe(anyAgent);
    expect(await runnerOf(taskNode("b", [], { step: "scores_rfm" }), { ...places, session: undefined })).toBe(here);
  });

  it("may change without another leave", () => {
    expect(digestOf(labelled)).toBe(digestOf(program));
    expect(digestOf({ ...program, version: 2 })).not.toBe(digestOf(program));
  });
});
