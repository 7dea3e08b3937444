import type { Returns } from "../../../shared/api/contract/returns.ts";
import { share, word } from "../../format/format.ts";

type Group = Returns["groups"][number]["rows"][number];

/** How much of what is expected back lies in few lines. */
export function bandFinding({ bands, open_lines }: Pick<Returns, "bands" | "open_lines">): string {
  const money = bands.reduce((sum, { at_risk_minor }) => sum + at_risk_minor, 0);
  const lines = bands.reduce((sum, band) => sum + band.lines, 0);
  if (open_lines === 0 || lines === 0) return "Nothing is open";
  const upper = bands.filter(({ band }) => band === "high" || band === "very_high");
  const [some, part] = [
    upper.reduce((sum, band) => sum + band.lines, 0),
    upper.reduce((sum, band) => sum + band.at_risk_minor, 0),
  ];
  if (money <= 0 || some === 0) return "No open line has a high risk";
  return `${share(part / money, 0)} of what is expected back lies in ${share(some / lines, 0)} of the lines`;
}

const enough = 30;

/** The part with the highest rate among those large enough to tell, if it stands out. */
export function groupFinding(rows: readonly Group[], by: string): string {
  const large = rows.filter(({ settled, rate }) => settled >= enough && rate !== null);
  const [first] = [...large].sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0));
  if (!first || large.length < 2) return "Where returns come from";
  const name =
    by === "lifecycle_stage"
      ? `${word(first.name)} customers’ lines`
      : by === "channel"
        ? `Lines bought by ${first.name}`
        : word(first.name);
  return `${name} come back most: ${share(first.rate, 0)}`;
}

export const driverNames: Readonly<Record<string, string>> = {
  history: "Past returns",
  category: "Category",
  product: "Product",
  size: "Size",
  selection: "Several alike",
  price: "Price",
  discount: "Discount",
  order: "Order size",
  tenure: "Tenure",
  channel: "Channel",
  delivery: "Delivery",
  person: "Person",
  season: "Month",
  age: "Days passed",
};

export function driverFinding(drivers: Returns["drivers"]): string {
  const [first, second] = drivers.map(({ driver }) => driverNames[driver] ?? word(driver));
  if (!first) return "What moves the chance";
  return second
    ? `${first} and ${second.charAt(0).toLowerCase()}${second.slice(1)} move the chance most`
    : `Only the ${first.toLowerCase()} moves the chance`;
}

export function checkFinding({ bins }: Returns["calibration"]): string {
  const lines = bins.reduce((sum, { n }) => sum + n, 0);
  if (lines === 0) return "Too few settled lines to check chances";
  const mean = (of: (bin: Returns["calibration"]["bins"][number]) => number) =>
    bins.reduce((sum, bin) => sum + bin.n * of(bin), 0) / lines;
  const [told, came] = [mean(({ expected }) => expected), mean(({ actual }) => actual)];
  const said = `${share(told)} told, ${share(came)} came back`;
  if (Math.abs(told - came) <= 0.1 * Math.max(came, 0.01)) return `Chances are right on the whole: ${said}`;
  return `Chances were too ${told > came ? "high" : "low"}: ${said}`;
}

/** The latest period that is over, beside the one before it. */
export function refundsFinding(
  periods: readonly { readonly label: string; readonly is_open: boolean; readonly rate: number | null }[],
): string {
  const over = periods.filter(({ is_open, rate }) => !is_open && rate !== null);
  const [before, last] = over.slice(-2);
  if (!before || !last) return "Refunds by fiscal period";
  return `${share(last.rate)} of revenue was refunded in ${last.label}, after ${share(before.rate)} in ${before.label}`;
}
