import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { claimTask, isClaimed } from "../engine/claims.ts";
import { literal, parquet } from "../engine/sql.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { readManifest, tableFiles } from "./lay-out.ts";

type Names = "snapshots.compare" | "claims.hold" | "claims.standing";

export const nightHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "snapshots.compare": ({ brandDir, before, after }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session }) => {
      const open = await session();
      const [earlier, later] = [readManifest(brandDir, before), readManifest(brandDir, after)];
      const table = (manifest: typeof earlier, name: string) =>
        parquet(tableFiles(brandDir, manifest.tables[name] ?? []).map(({ path }) => path));
      const day = `DATE ${literal(earlier.as_of)}`;
      const number = async (sql: string) => Number(await open.value(sql));
      const revenue = (manifest: typeof earlier) =>
        number(`SELECT coalesce(sum(revenue_minor), 0) FROM ${table(manifest, "transactions")} WHERE day <= ${day}`);
      const customers = (manifest: typeof earlier) => number(`SELECT count(*) FROM ${table(manifest, "profiles")}`);
      return {
        customers_before: await customers(earlier),
        customers: await customers(later),
        changed_ids: await number(`SELECT count(DISTINCT b.customer_id)
          FROM ${table(earlier, "identity_links")} b JOIN ${table(later, "identity_links")} a USING (key_space, source, source_record_id)
          WHERE a.customer_id <> b.customer_id`),
        revenue_before_minor: await revenue(earlier),
        revenue_minor: await revenue(later),
      };
    }),
  "claims.standing": async ({ brandDir, claim }) => ({ held: isClaimed(brandDir, claim) }),
  "claims.hold": ({ brandDir, claim }, { signal, progress }) => {
    const held = claimTask(brandDir, claim);
    progress({ held: held.held });
    if (!held.held) return Promise.resolve({ held: false });
    return new Promise((resolve) => {
      const end = () => {
        held.release();
        resolve({ held: true });
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  },
};
