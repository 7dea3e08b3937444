import type { Session } from "../engine/duckdb.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { linesView } from "./views.ts";

/** Beyond so many lines the view stays a view: a copy of its own would cost more memory than it saves time. */
const mostKept = 5_000_000;

/** Works lines_seen out once for the session, before the first question that goes through all lines. */
export async function prepareLines(snapshot: OpenSnapshot, session: Session): Promise<void> {
  if (snapshot.memo.has("lines")) return;
  const source = ["purchase_lines", "order_lines"].find((table) => snapshot.has(table));
  const rows = source ? numberOf(await session.value(`SELECT count(*) FROM ${source}`)) : 0;
  if (rows > 0 && rows <= mostKept) {
    await session.run(
      `CREATE OR REPLACE TEMP TABLE lines_kept AS ${linesView(snapshot.handle, (table) => snapshot.columnsOf(table))}`,
    );
    await session.run("CREATE OR REPLACE VIEW lines_seen AS SELECT * FROM lines_kept");
  }
  snapshot.memo.set("lines", true);
}
