import type { Ec2Settings } from "../ec2/fleet.ts";

/** List prices of us-east-1 in US dollars, Linux on demand and EFS Regional with Elastic throughput, as published in June 2026:
 *  aws.amazon.com/ec2/pricing/on-demand, aws.amazon.com/efs/pricing. Other regions, spot and agreements differ. */
export const listPrices = {
  as_of: "2026-06",
  region: "us-east-1",
  currency: "USD",
  /** An hour of the size `large`; each size after it doubles. */
  largePerHour: { c7g: 0.0725, c7i: 0.08925, m7g: 0.0816, m7i: 0.1008, r7g: 0.1071, r7i: 0.1323 },
  share: { readPerGb: 0.03, writtenPerGb: 0.06, keptPerGbMonth: 0.3 },
} as const;

/** What a run's time and bytes are paid with. */
export interface Prices {
  readonly currency: string;
  /** An hour of one instance. */
  readonly instanceHour: number;
  readonly coresPerInstance: number;
  /** Null where the directory isn't paid by the byte. */
  readonly share: { readonly readPerGb: number; readonly writtenPerGb: number; readonly keptPerGbMonth: number } | null;
  /** Where the prices are from, in words. */
  readonly source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The list price of an hour of an instance type such as c7i.2xlarge; null for one that isn't listed. */
export function listedHour(type: string): number | null {
  const [family = "", size = ""] = type.split(".");
  const large = (listPrices.largePerHour as Readonly<Record<string, number>>)[family];
  const times =
    size === "large" ? 1 : size === "xlarge" ? 2 : 2 * Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? Number.NaN);
  return large === undefined || Number.isNaN(times) ? null : large * times;
}

const shareNames = ["ASSAY_EFS_READ_PRICE", "ASSAY_EFS_WRITE_PRICE", "ASSAY_EFS_STORAGE_PRICE"] as const;

/** Prices of runs of this machine's user: the instance hour of the settings, and the share's where it is EFS or a price of it is named by
 *  ASSAY_EFS_READ_PRICE, ASSAY_EFS_WRITE_PRICE or ASSAY_EFS_STORAGE_PRICE; the list's for those that aren't. Null where nothing is paid. */
export function pricesOf(settings: Ec2Settings | null, isEfs: boolean, env: Environment = process.env): Prices | null {
  const isPaid = isEfs || shareNames.some((name) => env[name] !== undefined);
  if (!settings && !isPaid) return null;
  const amount = (name: string, listed: number) => {
    const value = Number(env[name] ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value : listed;
  };
  const { share } = listPrices;
  const isNamed = settings?.is_listed === false || shareNames.some((name) => env[name] !== undefined);
  return {
    currency: settings?.currency ?? listPrices.currency,
    instanceHour: settings?.price_per_hour ?? 0,
    coresPerInstance: settings?.cores_per_instance ?? 1,
    share: isPaid
      ? {
          readPerGb: amount("ASSAY_EFS_READ_PRICE", share.readPerGb),
          writtenPerGb: amount("ASSAY_EFS_WRITE_PRICE", share.writtenPerGb),
          keptPerGbMonth: amount("ASSAY_EFS_STORAGE_PRICE", share.keptPerGbMonth),
        }
      : null,
    source: `${isNamed ? "prices of the settings, else " : ""}list prices of ${listPrices.region}, ${listPrices.as_of}`,
  };
}
