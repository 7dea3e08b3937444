import { describe, expect, test } from "vitest";
import {
  axisText,
  bytes,
  chance,
  compact,
  countOf,
  day,
  decimal,
  exactMoney,
  integer,
  money,
  moneyScale,
  period,
  reason,
  seconds,
  share,
  signed,
  word,
} from "./format.ts";

describe("numbers", () => {
  test("have separators, a true minus, and an en dash where nothing is known", () => {
    expect([integer(-1234), integer(null), decimal(0.5), decimal(-2.345, 1)]).toEqual(["−1,234", "–", "0.50", "−2.3"]);
    expect([integer(-0.2), decimal(-0.001)]).toEqual(["0", "0.00"]);
  });

  test("are counted in the singular where there is one", () => {
    expect([countOf(1, "customer"), countOf(0, "customer"), countOf(2_000, "delivery", "deliveries")]).toEqual([
      "1 customer",
      "0 customers",
      "2,000 deliveries",
    ]);
  });

  test.each([
    [980, "980"],
    [12_400, "12.4 k"],
    [308_000, "308 k"],
    [2_310_000, "2.31 M"],
    [23_100_000, "23.1 M"],
    [-1_075_600_000, "−1,076 M"],
  ])("%d is %s in a key figure", (value, text) => {
    expect(compact(value)).toBe(text);
  });

  test.each([
    [0, "0"],
    [20_000, "20 k"],
    [25_500, "25.5 k"],
    [100_000, "100 k"],
    [2_000_000, "2 M"],
    [100, "100"],
    [5_000, "5 k"],
    [-2_500, "−2.5 k"],
  ])("%d is %s on an axis", (value, text) => {
    expect(axisText(value)).toBe(text);
  });

  test("changes carry their sign", () => {
    expect([signed("3.1 %", 0.031), signed("−3.1 %", -0.031), signed("0", 0)]).toEqual(["+3.1 %", "−3.1 %", "0"]);
  });

  test("shares are per cent", () => {
    expect([share(0.1234), share(0.5, 0), share(undefined)]).toEqual(["12.3 %", "50 %", "–"]);
  });
});

test("a chance that is not certain never reads as certain", () => {
  expect([chance(0.9996, "share"), chance(0.9996, "decimal"), chance(1, "share")]).toEqual([">99 %", ">0.99", "100 %"]);
  expect([chance(0.0004, "share"), chance(0, "decimal"), chance(0.714, "share")]).toEqual(["<1 %", "0.00", "71 %"]);
});

describe("money", () => {
  test("follows the currency's own minor units", () => {
    expect(money(123_456, "GBP")).toBe("1,235");
    expect(money(123_456, "JPY")).toBe("123,456");
    expect(exactMoney(-4_650, "GBP")).toBe("GBP −46.50");
    expect(exactMoney(null, "GBP")).toBe("–");
  });

  test("a column has one unit and equal decimals", () => {
    const scale = moneyScale("GBP", 184_300_000);
    expect([scale.unit, scale.text(184_300_000), scale.text(16_100_000), scale.text(null)]).toEqual([
      "GBP k",
      "1,843",
      "161",
      "–",
    ]);
    expect(moneyScale("GBP", 90_000).unit).toBe("GBP");
  });
});

describe("dates and lengths", () => {
  test("are unambiguous", () => {
    expect([day("2025-03-14"), day(null)]).toEqual(["14 Mar 2025", "–"]);
    expect(period("2026-04-16", "2026-07-14")).toBe("16 Apr–14 Jul 2026");
    expect(period("2025-12-16", "2026-01-14")).toBe("16 Dec 2025–14 Jan 2026");
  });

  test.each([
    [0.4, "0.4 s"],
    [59.9, "1 min 0 s"],
    [59.2, "59 s"],
    [119.8, "2 min 0 s"],
    [220, "3 min 40 s"],
  ])("%d seconds are %s", (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  test("bytes", () => {
    expect([bytes(735), bytes(10_400_000), bytes(1_010_000_000)]).toEqual(["735 B", "10.4 MB", "1.0 GB"]);
  });
});

test("codes read as words", () => {
  expect([word("at_risk"), word("top_10"), word("new"), word(null)]).toEqual(["At risk", "Top 10 %", "New", "–"]);
  expect([reason("never_bought"), reason("some_new_reason"), reason(null)]).toEqual([
    "has not bought yet",
    "some new reason",
    "",
  ]);
});
