import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { returns as shape } from "../../shared/api/contract/returns.ts";
import { readReturns } from "./returns.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

const asOf = "DATE '2026-06-30'";
/** Three settled lines a buyer, one in six returned, dresses twice as often; every third has a line open. */
const ledger = (
  reason: string,
) => `SELECT customer_id, 'brand' AS key_space, printf('o%d-%d', i, k) AS order_id, '1' AS line_id, 'shop' AS source, 'p1' AS product_id,
    CASE WHEN k = 0 THEN 'Dresses' ELSE 'Coats' END AS category, ['web', 'store'][i % 2 + 1] AS channel, ${asOf} - CASE WHEN k = 3 THEN 5 ELSE CAST(100 + 10 * k AS INTEGER) END AS day,
    CAST(1 AS DECIMAL(18, 4)) AS quantity, CAST(1000 AS BIGINT) AS revenue_minor, k < 3 AND '${reason}' = 'window_open' AS is_settled,
    CASE WHEN k < 3 AND '${reason}' = 'window_open' THEN (i + k) % 6 = 0 OR (k = 0 AND i % 6 = 3) END AS is_returned, CAST(NULL AS DATE) AS returned_on, CAST(NULL AS DATE) AS known_on,
    ${asOf} - CASE WHEN k = 3 THEN 5 ELSE CAST(100 + 10 * k AS INTEGER) END + 30 AS window_ends_on, CASE WHEN k = 3 OR '${reason}' <> 'window_open' THEN '${reason}' END AS reason
  FROM base, range(4) r(k) WHERE is_buyer AND (k < 3 OR i % 3 = 0)`;
const window = (has: boolean) =>
  `SELECT 30 AS days, 'brand' AS basis, CAST(0 AS BIGINT) AS n_lags, ${has} AS has_returns_source`;
const drivers = '[{"driver":"history","effect":0.1,"text":"2 of 3 earlier lines came back"}]';
const scores = (
  ledgerSql: string,
) => `SELECT order_id, line_id, customer_id, key_space, source, 0.25 AS return_risk, 'high' AS return_risk_band, 0.3 AS risk_at_purchase, '${drivers}' AS drivers,
    true AS enough_data, CAST(NULL AS VARCHAR) AS reason FROM (${ledgerSql}) WHERE reason = 'window_open'`;
const rates = `SELECT customer_id, 0.5 AS return_rate, 0.4 AS return_rate_low, 0.6 AS return_rate_high, CAST(20 AS INTEGER) AS n_settled, CAST(i AS INTEGER) AS n_returned,
    true AS enough_data, CAST(NULL AS VARCHAR) AS reason FROM base WHERE is_buyer`;
const fit = {
  mean: 0.15,
  isCalibrated: true,
  importance: [{ driver: "history", effect: 0.04 }],
  bins: [{ expected: 0.1, actual: 0.12, n: 100 }],
};

let opened: { small: SmallSnapshot; snapshot: OpenSnapshot }[] = [];
async function open(replace: Record<string, string>, fits: object = { return_risk: fit }): Promise<OpenSnapshot> {
  const small = await makeSmallSnapshot({ replace });
  const options = { memoryLimit: 400e6, threads: 2, scratch: small.folder };
  const snapshot = await openSnapshot({ ...small.handle, fits } as typeof small.handle, options);
  opened.push({ small, snapshot });
  return snapshot;
}
afterAll(() => {
  for (const { small, snapshot } of opened) {
    snapshot.close();
    small.close();
  }
  opened = [];
});

let profiles: string;
beforeAll(async () => {
  const bare = await makeSmallSnapshot({ only: ordersOnly });
  profiles = `SELECT p.* EXCLUDE (return_risk_band), CASE WHEN b.is_buyer AND b.i % 3 = 0 THEN 'high' END AS return_risk_band,
      CASE WHEN b.i % 10 = 0 THEN 0.4 ELSE 0.1 END AS return_rate_low, CASE WHEN b.i % 10 = 0 THEN 0.6 ELSE 0.2 END AS return_rate_high
    FROM read_parquet('${bare.handle.tables.profiles?.[0]}') p JOIN base b USING (customer_id)`;
  opened.push({
    small: bare,
    snapshot: await openSnapshot(bare.handle, { memoryLimit: 400e6, threads: 2, scratch: bare.folder }),
  });
});

const full = () => ({
  profiles,
  return_ledger: ledger("window_open"),
  return_window: window(true),
  scores_return_risk: scores(ledger("window_open")),
  scores_return_rate: rates,
});

describe("returns", () => {
  test("have the contract's shape and add up: bands to what is open, groups to what is settled", async () => {
    const found = await readReturns(await open(full()), {});
    const wire = JSON.parse(JSON.stringify(found));
    expect(shape.parse(wire)).toEqual(wire);
    expect(found.reason).toBeNull();
    const lines = found.open_lines;
    expect(found.settled).toBe(220 * 3);
    expect(lines).toBeGreaterThan(70);
    expect(found.open_minor).toBe(1000 * lines);
    expect(found.at_risk?.value).toBe(250 * lines);
    const rate = found.returned / found.settled;
    const spread = Math.sqrt(rate * (1 - rate) * (lines + lines ** 2 / found.settled));
    expect(found.expected_by_rate?.value).toBeCloseTo(rate * lines, 1);
    expect(found.expected_by_rate?.high).toBeCloseTo(rate * lines + 1.2816 * spread, 0);
    expect(found.at_risk_by_rate?.value).toBe(Math.round(rate * found.open_minor));
    expect(found.bands.map(({ band, lines, customers }) => [band, lines, customers])).toEqual([
      ["low", 0, 0],
      ["medium", 0, 0],
      ["high", lines, lines],
      ["very_high", 0, 0],
    ]);
    const byCategory = found.groups.find(({ by }) => by === "category")?.rows ?? [];
    expect(byCategory.reduce((sum, { settled }) => sum + settled, 0)).toBe(found.settled);
    expect(byCategory.reduce((sum, { returned }) => sum + returned, 0)).toBe(found.returned);
    expect(byCategory.find(({ name }) => name === "Dresses")?.rate).toBeGreaterThan(
      byCategory.find(({ name }) => name === "Coats")?.rate ?? 1,
    );
    expect(found.riskiest[0]).toMatchObject({ risk: 0.25, driver: "2 of 3 earlier lines came back" });
    expect(found.serial_from).toBeCloseTo(0.3, 12);
    expect(found.serial_returners).toBeGreaterThan(10);
    expect(found.drivers).toEqual(fit.importance);
    expect(found.calibration.bins[0]).toMatchObject({ expected: 0.1, actual: 0.12, n: 100 });
  });

  test("expect less back of what has been out for long, where the days of returns are known", async () => {
    const dated = `SELECT * REPLACE (CASE WHEN is_returned THEN day + CASE WHEN order_id LIKE 'o%1-%' THEN 3 ELSE 20 END END AS returned_on) FROM (${ledger("window_open")})`;
    const found = await readReturns(
      await open({ ...full(), return_ledger: dated, scores_return_risk: scores(dated) }),
      {},
    );
    const count = (condition: string) =>
      opened[0]?.small.session.value(`SELECT count(*) FROM (${dated}) WHERE ${condition}`);
    const [early, late] = [Number(await count("returned_on = day + 3")), Number(await count("returned_on = day + 20"))];
    expect(early).toBeGreaterThan(0);
    const rate = late / (found.settled - early); // open lines were bought five days ago
    expect(found.expected_by_rate?.value).toBeCloseTo(rate * found.open_lines, 1);
  });

  test("say why there is nothing: no source of returns, no risk in the snapshot, nothing open", async () => {
    const without = { return_ledger: ledger("no_returns_source"), return_window: window(false) };
    expect((await readReturns(await open({ ...full(), ...without }), {})).reason).toBe("no_returns_source");
    const { scores_return_risk, ...unscored } = full();
    expect((await readReturns(await open(unscored), {})).reason).toBe("not_scored");
    expect(scores_return_risk).toContain("return_risk");
    const settled = `SELECT * FROM (${ledger("window_open")}) WHERE is_settled`;
    const closed = await open({ ...full(), return_ledger: settled, scores_return_risk: scores(settled) });
    expect(await readReturns(closed, {})).toMatchObject({
      reason: null,
      open_lines: 0,
      at_risk: null,
      at_risk_by_rate: null,
      riskiest: [],
    });
    const unfitted = await readReturns(await open(full(), { return_risk: null }), {});
    expect(unfitted).toMatchObject({ bands: [], drivers: [], serial_from: null });
  });
});
