import type { ModelDeclaration } from "../../../shared/domain/model.ts";
import { eventWords, type OwnProgram } from "../../../shared/domain/own-model.ts";
import { defineModel } from "../define.ts";
import { eventsStep, outcomesStep } from "./event-steps.ts";
import { judgeEvent } from "./judge.ts";
import { keyOf } from "./program-scores.ts";

/** How a program stands in the catalogue. Its fit is empty: it learns where it scores. */
export function ownProgram(definition: OwnProgram): ModelDeclaration {
  const { name, title, predicts, command, version, rows, timeout_seconds, label } = definition;
  const files = Object.keys(definition.files);
  const judged = predicts
    ? `${predicts.column}, judged by whether customers ${eventWords(predicts.event)} within ${predicts.horizon_days} days`
    : "nothing: the definition doesn't say what its scores foretell";
  return defineModel({
    name,
    version: 2,
    title,
    group: "own",
    inputs: {
      features: { feature: "customer_features" },
      ...(predicts ? { past: { feature: eventsStep(name) } } : {}),
    },
    ...(predicts ? { outcomes: { happened: { feature: outcomesStep(name) } } } : {}),
    ...(rows === "products" ? { keys: [{ name: keyOf(definition), type: "VARCHAR" as const }] } : {}),
    params: {},
    outputs: definition.outputs.map((output) => ({ name: output.name, type: output.type })),
    card: {
      purpose: definition.purpose || `What the retailer's own program says of ${rows}.`,
      method: `A program of the retailer's own, version ${version}, run as: ${command.join(" ")}${files.length > 0 ? ` (with ${files.join(", ")})` : ""}. It reads ${definition.inputs.join(", ")} as Parquet, all of it as known at the day, and writes a row a ${rows === "customers" ? "customer" : "product"}; columns, types, keys and values are checked before anything is kept.`,
      references: ["The definition in the brand's log, versioned by its content."],
      assumptions: [
        "The same inputs, day and seed give the same scores: what it wrote once is reused.",
        `It ends within ${timeout_seconds} s.`,
      ],
      limits: [
        "Assay can't say how it comes to its scores: see its author's own notes.",
        "It runs only on machines whose user allowed this very definition.",
        ...(label ? [`On the cluster only agents with the label ${label} run it.`] : []),
      ],
      metrics: [judged],
    },
    fit: () => null,
    score: () => ({ rows: 0, columns: {} }),
    evaluate: (inputs, scores, holdout) =>
      predicts
        ? judgeEvent({
            inputs,
            scores,
            holdout,
            column: predicts.column,
            horizonDays: predicts.horizon_days,
            baseRate: null,
          })
        : [],
  });
}
