import { z } from "zod";
import { brandName, call, count, done, instant } from "../operation.ts";
import { model } from "./models.ts";

const text = z.string().min(1).max(200);
const horizon = z.number().int().min(7).max(365);

export const ownEvent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("purchase"),
    category: text.optional(),
    product_id: text.optional(),
    brand: text.optional(),
  }),
  z.strictObject({ kind: z.literal("return") }),
  z.strictObject({ kind: z.literal("message"), type: text }),
  z.strictObject({ kind: z.literal("visit"), type: text.optional() }),
  z.strictObject({ kind: z.literal("event"), type: text }),
]);

const named = { name: z.string().min(1).max(60), title: text, purpose: z.string().max(1_000).default("") };

export const ownPropensity = z.strictObject({
  kind: z.literal("propensity"),
  ...named,
  event: ownEvent,
  horizon_days: horizon.default(90),
  population: z
    .strictObject({
      bought_within_days: z.number().int().min(1).max(3650).optional(),
      least_purchases: z.number().int().min(1).max(1000).optional(),
      is_first_time: z.boolean().optional(),
    })
    .default({}),
  leave_out: z.array(z.string()).max(100).default([]),
});

export const ownProgram = z.strictObject({
  kind: z.literal("program"),
  ...named,
  version: z.number().int().min(1),
  command: z.array(z.string().max(2_000)).min(1).max(100),
  files: z.record(z.string(), z.string()).default({}),
  inputs: z.array(z.string()).min(1).max(40),
  rows: z.enum(["customers", "products"]).default("customers"),
  outputs: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        type: z.enum(["DOUBLE", "INTEGER", "BIGINT", "BOOLEAN", "VARCHAR", "DATE"]),
        min: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .min(1)
    .max(40),
  timeout_seconds: z.number().int().min(1).max(86_400),
  /** On the cluster only agents of this label do it. */
  label: z.string().max(30).optional(),
  predicts: z.strictObject({ column: z.string(), event: ownEvent, horizon_days: horizon }).nullable().default(null),
});

/** A model of the retailer's own, as its log keeps it. */
export const ownDefinition = z.discriminatedUnion("kind", [ownPropensity, ownProgram]);
export type OwnDefinitionDocument = z.output<typeof ownDefinition>;

export const ownModel = z.object({
  model,
  definition: ownDefinition,
  created_at: instant,
  changed_at: instant,
});
export type OwnModelDocument = z.output<typeof ownModel>;

const place = z.object({ brand: brandName, name: z.string() });

export const ownModelOperations = {
  "own_models.show": call({ input: place, output: ownModel }),
  /** Keeps a definition: a new model, or a change of one. `create`: refused where there is one of that name. */
  "own_models.define": call({
    input: z.object({ brand: brandName, definition: ownDefinition, create: z.boolean().optional() }),
    output: ownModel,
  }),
  "own_models.remove": call({ input: place, output: done }),
  /** Lets this machine run a program as it is defined now; `program` stands for the command's first word here. */
  "own_models.allow": call({
    input: place.extend({ program: z.string().max(1_000).nullable().optional() }),
    output: model,
  }),
  "own_models.forbid": call({ input: place, output: model }),
  /** What definitions can name: features, tables of programs, and what has happened so far. */
  "own_models.choices": call({
    input: z.object({ brand: brandName }),
    output: z.object({
      features: z.array(z.string()),
      tables: z.array(z.string()),
      events: z.array(z.object({ field: z.string(), value: z.string(), n: count })),
    }),
  }),
};
