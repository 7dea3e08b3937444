import type { Json } from "../../shared/base/canonical-json.ts";
import { toEpochDay } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import type { BandChange, BandChanges } from "../models/band-changes.ts";
import { propensityChanges } from "../models/lifecycle/propensity-changes.ts";
import { fittedPropensity } from "../models/lifecycle/propensity-fit.ts";
import { returnRiskChanges } from "../models/returns/return-risk-changes.ts";
import { readRisk } from "../models/returns/return-risk-fit.ts";
import { numberOrNull, textOrNull } from "./estimate.ts";
import { agrees } from "./purchase-model.ts";
import type { OpenSnapshot } from "./session-pool.ts";

interface Asked {
  readonly model: string;
  readonly customerId: string;
  /** The score as the profile has it. */
  readonly value: number | null;
  /** The scores' row that it comes from. */
  readonly stored: Readonly<Record<string, Json>>;
}

/** The nearest changes that would move a score into the band beside, by the model's own formula; none where that doesn't give the score. */
export async function nearestOf(snapshot: OpenSnapshot, session: Session, asked: Asked): Promise<BandChange[]> {
  const found =
    asked.model === "purchase_propensity"
      ? await ofPropensity(snapshot, session, asked)
      : asked.model === "return_risk"
        ? await ofReturnRisk(snapshot, session, asked)
        : null;
  const told = asked.model === "return_risk" ? numberOrNull(asked.stored.return_risk) : asked.value;
  return found && agrees(found.score, told) ? [...found.changes] : [];
}

async function ofPropensity(snapshot: OpenSnapshot, session: Session, asked: Asked): Promise<BandChanges | null> {
  const { handle } = snapshot;
  const fitted = fittedPropensity(handle.fits?.purchase_propensity ?? null);
  if (!fitted || !snapshot.has("customer_features")) return null;
  const [row] = await session.rows(
    `SELECT * EXCLUDE (customer_id) FROM customer_features WHERE customer_id = ${literal(asked.customerId)}`,
  );
  if (!row) return null;
  const features = Object.entries(row).map(([name, value]) => [name, numberOrNull(value) ?? Number.NaN] as const);
  return propensityChanges(fitted, Object.fromEntries(features), toEpochDay(handle.as_of));
}

async function ofReturnRisk(snapshot: OpenSnapshot, session: Session, asked: Asked): Promise<BandChanges | null> {
  const fitted = readRisk(snapshot.handle.fits?.return_risk ?? null);
  const [order, line] = [textOrNull(asked.stored.order_id), textOrNull(asked.stored.line_id)];
  if (!fitted || order === null || line === null || !snapshot.has("return_open_lines")) return null;
  const table = await session.table(
    `SELECT * FROM return_open_lines WHERE customer_id = ${literal(asked.customerId)} AND order_id = ${literal(order)} AND line_id = ${literal(line)} ORDER BY ALL LIMIT 1`,
  );
  return table.rows === 1 ? returnRiskChanges(fitted, table) : null;
}
