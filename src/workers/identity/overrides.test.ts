import { describe, expect, it } from "vitest";
import { StepBench } from "../../../test/support/step-harness.ts";
import { clusterRecords, type IdentityRows } from "./clusters.ts";
import { clusters } from "./clusters-step.ts";
import type { Override, OverrideSubject } from "./overrides.ts";
import { recordPairs } from "./record-pairs.ts";

const options = { maxSharing: 6, maxCluster: 60 };
const nothing = (size: number) => new Array<string | null>(size).fill(null);
function rowsOf(email: readonly (string | null)[], name: readonly (string | null)[] = nothing(email.length)) {
  const size = email.length;
  const rows: IdentityRows = { record: [...email.keys()], email, phone: nothing(size), loyalty: nothing(size), name };
  return { rows, size };
}
const led = (email: readonly (string | null)[], overrides: readonly Override[]) => {
  const { rows, size } = rowsOf(email);
  return clusterRecords(rows, size, { ...options, overrides });
};

describe("what people said of who is who", () => {
  it("joins whole groups", () => {
    const { leader, rule, probability } = led(
      ["ann@post.example", "ann@post.example", "bob@post.example", "bob@post.example", null],
      [{ kind: "join", records: [1, 2] }],
    );
    expect([...leader]).toEqual([0, 0, 0, 0, 4]);
    expect(rule).toEqual(["email", "by_hand", "by_hand", "email", "source_id"]);
    expect([...probability]).toEqual([0.99, 1, 1, 0.99, 1]);
  });

  it("splits records from the rest, also where the least of them led", () => {
    const split: Override = { kind: "split", records: [0], rest: [1, 2] };
    expect([
      ...led(["ann@post.example", "ann@post.example", "ann@post.example", "ann@post.example"], [split]).leader,
    ]).toEqual([0, 1, 1, 1]);
    const other: Override = { kind: "split", records: [1, 3], rest: [0, 2] };
    expect([
      ...led(["ann@post.example", "ann@post.example", "ann@post.example", "ann@post.example"], [other]).leader,
    ]).toEqual([0, 1, 0, 1]);
  });

  it("has a split do nothing where they are apart already, and lets the last word stand", () => {
    const split: Override = { kind: "split", records: [0], rest: [2] };
    expect([...led(["ann@post.example", "ann@post.example", "bob@post.example"], [split]).leader]).toEqual([0, 0, 2]);
    const join: Override = { kind: "join", records: [0, 2] };
    expect([...led(["ann@post.example", "ann@post.example", "bob@post.example"], [split, join]).leader]).toEqual([
      0, 0, 0,
    ]);
    expect([...led(["ann@post.example", "ann@post.example", "bob@post.example"], [join, split]).leader]).toEqual([
      0, 1, 1,
    ]);
  });
});

describe("likely pairs", () => {
  const likely = (...pairs: [number, number, number][]) => ({
    a: Float64Array.from(pairs, ([a]) => a),
    b: Float64Array.from(pairs, ([, b]) => b),
    probability: Float64Array.from(pairs, ([, , p]) => p),
  });
  it("are joined unless a name of either group speaks against it", () => {
    const { rows, size } = rowsOf(
      ["ann@post.example", "ann@post.example", null, null],
      ["Ann Lee", "Ann Lee", "Anne Lee", "Bob Lee"],
    );
    const found = clusterRecords(rows, size, { ...options, likely: likely([1, 2, 0.98], [2, 3, 0.96]) });
    expect([...found.leader]).toEqual([0, 0, 0, 3]);
    expect(found.rule).toEqual(["email", "email", "likeness", "source_id"]);
    expect(found.probability[2]).toBe(0.98);
  });
});

interface Contact {
  readonly id: string;
  readonly source?: string;
  readonly name?: [string, string];
  readonly born?: string;
  readonly postcode?: string;
  readonly street?: string;
  readonly email?: string;
}

async function benchOf(people: readonly Contact[]): Promise<StepBench> {
  const bench = new StepBench();
  const place = (one: Contact, at: number) => ({
    ...{
      source: one.source ?? "crm",
      batch_id: "b1",
      source_row: at + 1,
      key_space: "brand",
      source_customer_id: one.id,
    },
  });
  await bench.given(
    "lake_people",
    "customers_contact",
    people.map((one, at) => ({
      ...place(one, at),
      ...{ given_name: one.name?.[0] ?? null, family_name: one.name?.[1] ?? null, birth_date: one.born ?? null },
      ...{ postcode: one.postcode ?? null, address_line: one.street ?? null, email: one.email ?? null },
    })),
  );
  await bench.given(
    "lake_people",
    "customers",
    people.map((one, at) => ({ ...place(one, at), city: "Leeds" })),
  );
  await bench.given("lake", "orders_contact", []);
  return bench;
}

const crowd = Array.from({ length: 500 }, (_, at): Contact => {
  const letter = (n: number) => "abcdefghijklmnopqrst"[n % 20] ?? "a";
  const name: [string, string] = [`${letter(at)}o${letter(at * 7)}a`, `${letter(at * 3)}ar${letter(at * 11)}ell`];
  const born = `19${50 + (at % 45)}-0${1 + (at % 9)}-1${at % 10}`;
  return { id: `C${at}`, name, born, postcode: `LS${at % 40} ${at % 7}AA`, street: `${at} ${letter(at)}il Road` };
});

describe("the steps of identity", () => {
  it("weigh pairs, join a person without a common key, and hear what people said", async () => {
    const same = { name: ["Jonathan", "Harkwell"] as [string, string], born: "1971-05-17" };
    const people: Contact[] = [
      ...crowd,
      { id: "K1", ...same, postcode: "YO1 7HH", street: "4 Stonegate Lane", email: "jon@post.example" },
      { id: "K2", ...same, postcode: "YO1 7HH", street: "4 Stonegate Lane" },
      { id: "K3", name: ["Martha", "Harkwell"], born: "1973-11-02", postcode: "YO1 7HH", street: "4 Stonegate Lane" },
    ];
    const bench = await benchOf(people);
    const { pairs = [] } = await bench.run(recordPairs);
    const pair = pairs.find((one) => one["source_record_id"] === "K1" && one["other_source_record_id"] === "K2");
    expect(Number(pair?.["probability"])).toBeGreaterThan(0.95);
    const family = pairs.find((one) => one["source_record_id"] === "K1" && one["other_source_record_id"] === "K3");
    expect(Number(family?.["probability"] ?? 0)).toBeLessThan(0.5);
    const whose = async (overrides: readonly OverrideSubject[]) => {
      const subject = overrides.length > 0 ? { overrides: overrides as never } : null;
      const { clusters: rows = [] } = await bench.run(clusters, { subject });
      const leaderOf = (id: string) => rows.find((one) => one["source_record_id"] === id)?.["leader"];
      return ["K1", "K2", "K3"].map((id) => [leaderOf("K1"), leaderOf("K2"), leaderOf("K3")].indexOf(leaderOf(id)));
    };
    const record = (id: string) => ({ key_space: "brand", source_record_id: id });
    expect(await whose([])).toEqual([0, 0, 2]);
    const split: OverrideSubject = { kind: "split", records: [record("K2")], rest: [record("K1")] };
    expect(await whose([split])).toEqual([0, 1, 2]);
    expect(await whose([split, { kind: "join", records: [record("K2"), record("K3"), record("gone")] }])).toEqual([
      0, 1, 1,
    ]);
    bench.close();
  });
});
