import { expect, it } from "vitest";
import { z } from "zod";
import { contract } from "../../shared/api/contract.ts";
import { asked, looksAtSnapshot } from "./viewed-snapshot.ts";

it("every question that takes a snapshot is put to the one that is looked at", () => {
  const taking = Object.entries(contract).flatMap(([name, { input }]) => {
    const own = input instanceof z.ZodObject ? (input.shape as Record<string, z.ZodType>).snapshot_id : undefined;
    return own?.isOptional() ? [name] : [];
  });
  expect(taking.length).toBeGreaterThan(10);
  expect(taking.filter((name) => !looksAtSnapshot(name))).toEqual([]);
  expect(asked("overview.read", { brand: "shop" }, "a")).toEqual({ brand: "shop", snapshot_id: "a" });
  expect(asked("sources.list", { brand: "shop" }, "a")).toEqual({ brand: "shop" });
  expect(asked("snapshots.show", { brand: "shop", snapshot_id: "b" }, "a").snapshot_id).toBe("b");
});
