import { expect, test } from "vitest";
import { keptPath, readPlace, startingPlace } from "./place.ts";

const place = { workspace_id: "w", brand: "shop", path: "/customers?text=hart" };

test("a place comes back as it was kept; anything else is none", () => {
  expect(readPlace(JSON.parse(JSON.stringify(place)))).toEqual(place);
  for (const wrong of [null, "x", {}, { ...place, path: "https://evil.example" }, { ...place, path: "//evil.example" }])
    expect(readPlace(wrong)).toBeNull();
});

test("half-done screens are not kept, long addresses without what makes them long", () => {
  expect(["/", "/sources/add?path=x", "/segments/new"].map(keptPath)).toEqual([null, null, null]);
  expect(keptPath("/customers?where=x&open=1")).toBe("/customers?where=x&open=1");
  expect(keptPath(`/sql?q=${"x".repeat(5_000)}`)).toBe("/sql");
});

test("it is reopened where nothing else was asked for, in the same workspace, if its retailer is there", () => {
  const now = { path: "/", workspace_id: "w", brands: ["shop", "other"] };
  expect(startingPlace(place, now)).toEqual(place);
  expect(startingPlace(place, { ...now, path: "/runs" })).toBeNull();
  expect(startingPlace(place, { ...now, workspace_id: "v" })).toBeNull();
  expect(startingPlace(place, { ...now, brands: ["other"] })).toBeNull();
  expect(startingPlace(null, now)).toBeNull();
});
