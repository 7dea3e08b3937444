// A desktop that does nothing but read: every few moments what is published, as screens ask for it, until it is told to end.
import { createCore } from "../../src/main/core.ts";
import { AssayError } from "../../src/shared/base/errors.ts";

const [workspace = "", dataFolder = "", brand = ""] = process.argv.slice(2);
const core = await createCore({ workspace, dataFolder });
const { client } = core;
const told = { reads: 0, again: 0, torn: [] as string[], snapshots: new Set<string>(), errors: [] as string[] };
/** Rows of scores at each snapshot's first reading: buyers only, so that they are fewer than the profiles. */
const scoredAtFirst = new Map<string, number>();
let isOver = false;
process.on("SIGTERM", () => {
  isOver = true;
});
console.log("reading");
while (!isOver) {
  try {
    const { snapshots } = await client.call("snapshots.list", { brand });
    for (const { snapshot_id, customers } of snapshots.slice(0, 2)) {
      const { rows } = await client.call("sql.query", {
        ...{ brand, snapshot_id },
        sql: "SELECT count(*) AS n, count(DISTINCT customer_id) AS own, (SELECT count(*) FROM scores_rfm) AS scored FROM profiles",
      });
      const { n, own, scored } = rows[0] ?? {};
      told.reads++;
      told.snapshots.add(snapshot_id);
      const first = scoredAtFirst.get(snapshot_id) ?? Number(scored);
      scoredAtFirst.set(snapshot_id, first);
      if (Number(n) !== customers || Number(own) !== customers || Number(scored) !== first || first === 0)
        told.torn.push(`${snapshot_id}: ${n} and ${own} of ${customers}, ${scored} scored of ${first}`);
    }
    await client.call("runs.list", { brand });
  } catch (error) {
    if (error instanceof AssayError && error.code === "conflict") told.again++;
    else told.errors.push(error instanceof Error ? error.message : String(error));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
await core.close();
console.log(JSON.stringify({ ...told, snapshots: [...told.snapshots] }));
process.exit(0);
