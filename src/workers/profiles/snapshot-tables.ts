import type { SnapshotTable } from "../../shared/domain/snapshot.ts";
import { modelTargets } from "../../shared/domain/tournament.ts";
import { snapshotLake } from "./snapshot-lake.ts";

const own = (table: string, step = table, output = table): SnapshotTable => ({ table, step, output });

/** The tables of every snapshot, beside the scores of its models. */
export const snapshotTables: readonly SnapshotTable[] = [
  own("profiles"),
  own("people"),
  ...modelTargets.map((target) => own(`chosen_${target}`, `chosen_${target}`, "chosen")),
  own("customer_attributes"),
  own("identity_links"),
  own("identity_pairs"),
  own("consent_states"),
  own("lifecycle_transitions"),
  own("source_quality"),
  own("purchase_summary"),
  own("rfm_windows"),
  own("customer_features"),
  own("category_counts"),
  own("brand_counts"),
  own("product_counts"),
  own("channel_counts"),
  own("store_counts"),
  own("timing_counts"),
  own("fit_counts"),
  own("price_positions"),
  own("discount_calendar"),
  own("return_ledger"),
  own("return_window"),
  own("return_open_lines"),
  own("revenue_weeks"),
  own("cohorts"),
  own("anonymous"),
  ...snapshotLake.map((step) => own(step.name.replace("snapshot_", ""), step.name, step.outputs[0]?.name ?? "")),
];
