// A desktop that does nothing but read: every few moments what is published, as screens ask for it, until it is told to end.
import { createCore } from "../../src/main/core.ts";
import { AssayError } from "../../src/shared/base/errors.ts";

const [workspace = "", dataFolder = "", brand = ""] = process.argv.slice(2);
const core = await createCore({ workspace, dataFolder });
const { client } = core;
const told = { reads: 0, again: 0, torn: [] as string[], snapshots: new Set<string>(), errors: [] as string[] };
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
      if (Number(n) !== customers || Number(own) !== customers || Number(scored) !== customers)
        told.torn.push(`${snapshot_id}: ${n}, ${own}, ${scored} of ${customers}`);
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
