import { z } from "zod";

const nesting = new Set<string>(["array", "record", "lazy", "object", "union"]);

/** A value that a schema accepts, the same for the same schema and seed: what fake handlers answer with. */
export function sampleOf(schema: z.ZodType, seed = 1, depth = 0): unknown {
  const def = schema.def as z.core.$ZodTypes["_zod"]["def"];
  switch (def.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(def.shape)
          .map(([name, member], at) => [name, sampleOf(member as z.ZodType, seed + at, depth)] as const)
          .filter(([, value]) => value !== undefined),
      );
    case "array": {
      const [least, most] = [boundOf(schema, "minimum") ?? 0, boundOf(schema, "maximum") ?? 2];
      const length = depth > 4 ? least : Math.max(least, Math.min(most, 1 + (seed % 2)));
      return Array.from({ length }, (_, at) => sampleOf(def.element as z.ZodType, seed + at, depth + 1));
    }
    case "record":
      return { one: sampleOf(def.valueType as z.ZodType, seed, depth + 1) };
    case "union": {
      const leaves = def.options.filter((option) => !nesting.has((option as z.ZodType).def.type));
      const options = depth > 3 && leaves.length > 0 ? leaves : def.options;
      return sampleOf(options[(seed + depth) % options.length] as z.ZodType, seed, depth + 1);
    }
    case "lazy":
      return sampleOf(def.getter() as z.ZodType, seed, depth + 1);
    case "optional":
    case "default":
      return seed % 2 === 0 ? undefined : sampleOf(def.innerType as z.ZodType, seed, depth);
    case "nullable":
      return seed % 3 === 0 ? null : sampleOf(def.innerType as z.ZodType, seed, depth);
    case "enum":
      return Object.values(def.entries)[seed % Object.keys(def.entries).length];
    case "literal":
      return def.values[0];
    case "boolean":
      return seed % 2 === 0;
    case "number":
      return numberOf(schema, seed);
    case "string":
      return textOf(schema, seed);
    case "null":
      return null;
    case "unknown":
    case "any":
      return { nested: [seed, "é", null] };
    default:
      throw new Error(`no sample for ${def.type}`);
  }
}

function numberOf(schema: z.ZodType, seed: number): number {
  const least = boundOf(schema, "minimum") ?? 0;
  const most = boundOf(schema, "maximum") ?? Number.MAX_SAFE_INTEGER;
  const fits = (value: number) => schema.safeParse(value).success;
  return [least + seed + 0.5, least + seed, least, most].find(fits) ?? least;
}

function textOf(schema: z.ZodType, seed: number): string {
  const tries = [`“text” ${seed} é\u2028`, `t${seed}`, "2026-06-30"];
  return tries.find((text) => schema.safeParse(text).success) ?? "x";
}

function boundOf(schema: z.ZodType, side: "minimum" | "maximum"): number | undefined {
  const json = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as Record<string, unknown>;
  const bound = json[schema.def.type === "array" ? side.replace("imum", "Items") : side];
  return typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}
