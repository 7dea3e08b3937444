import { afterEach, describe, expect, it } from "vitest";
import { StepBench } from "../../../test/support/step-harness.ts";
import { createRandom } from "../../shared/base/random.ts";
import { assignIds, birthId } from "./customer-ids.ts";
import { customerIds } from "./customer-ids-step.ts";

let bench = new StepBench();
afterEach(() => {
  bench.close();
  bench = new StepBench();
});

const withPrevious = {
  ...customerIds,
  inputs: { ...customerIds.inputs, previous: { step: "customer_ids", output: "records" } },
};
const name = (at: number) => `R${String(at).padStart(3, "0")}`;

/** Names records that lie in groups; before: the id that each had, where it had one. */
async function named(groups: readonly number[], before: readonly (string | null)[]) {
  const place = (at: number) => ({ key_space: "brand", source_record_id: name(at) });
  const leader = groups.map((group) => groups.indexOf(group));
  await bench.given(
    "clusters",
    "clusters",
    groups.map((_, at) => ({ ...place(at), leader: leader[at] ?? at, rule: "source_id", probability: 1 })),
  );
  await bench.given(
    "clusters",
    "sources",
    groups.map((_, at) => ({ ...place(at), source: "crm" })),
  );
  await bench.given(
    "clusters",
    "order_records",
    groups.map((_, at) => ({ ...place(at), order_id: `O${at}` })),
  );
  await bench.given(
    "customer_ids",
    "records",
    before.flatMap((id, at) => (id === null ? [] : [{ ...place(at), source: "crm", customer_id: id }])),
  );
  const { records = [], totals = [], order_customers = [] } = await bench.run(withPrevious);
  return { ids: records.map((row) => String(row["customer_id"])), totals: totals[0], orders: order_customers };
}

/** What every cluster at once, thought over one by one, would be named. */
function expected(groups: readonly number[], before: readonly (string | null)[]) {
  const members = new Map<number, number[]>();
  for (const [at, group] of groups.entries())
    members.set(groups.indexOf(group), [...(members.get(groups.indexOf(group)) ?? []), at]);
  const records = groups.map((_, at) => ({ keySpace: "brand", recordId: name(at) }));
  const { ids, joins, splits } = assignIds(members, records, (at) => before[at] ?? undefined);
  return { ids: groups.map((group) => ids.get(groups.indexOf(group))), joins, splits, customers: ids.size };
}

describe("naming customers", () => {
  it("gives each cluster the id that weighing all of them at once gives", async () => {
    const random = createRandom(11, "ids");
    for (let round = 0; round < 8; round++) {
      const size = 60;
      const draw = (most: number) => Math.floor(random.next() * most);
      // groups of before, of which some stay, some fall apart and some grow together
      const old = Array.from({ length: size }, () => draw(30));
      const idOf = (group: number) => birthId("brand", name(old.indexOf(group)));
      const before = old.map((group) => (draw(5) === 0 ? null : idOf(group)));
      const groups = old.map((group) => (draw(4) === 0 ? 100 + draw(30) : group));
      const { ids, totals, orders } = await named(groups, before);
      const { ids: all, joins, splits, customers } = expected(groups, before);
      expect(ids).toEqual(all);
      expect(totals).toEqual({ customers, records: size, joins, splits });
      expect(orders).toHaveLength(size);
    }
  });

  it("gives no id that another customer keeps, whose least record once gave birth to it", async () => {
    // record 0 left the customer that is named after it, and belongs to nobody of before
    const groups = [0, 1, 1];
    const before = [null, birthId("brand", name(0)), birthId("brand", name(0))];
    const { ids } = await named(groups, before);
    expect(ids).toEqual([birthId("brand", name(0), 1), before[1], before[1]]);
  });

  it("keeps the second id of a record that had to give one", async () => {
    const before = [birthId("brand", name(0), 1), birthId("brand", name(0)), birthId("brand", name(0))];
    const { ids, totals } = await named([0, 1, 1], before);
    expect(ids).toEqual(before);
    expect(totals).toMatchObject({ customers: 2, joins: [], splits: [] });
  });
});
