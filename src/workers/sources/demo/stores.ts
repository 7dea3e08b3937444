import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { writeTable } from "./tables.ts";

/** The stores: towns of the north of England, where their streets lie (degrees). */
export const stores = [
  { town: "Otley", postcode: "LS21 3AQ", region: "West Yorkshire", latitude: 53.9057, longitude: -1.6919 },
  { town: "Leeds", postcode: "LS1 6LR", region: "West Yorkshire", latitude: 53.7974, longitude: -1.5438 },
  { town: "York", postcode: "YO1 8AQ", region: "North Yorkshire", latitude: 53.9591, longitude: -1.0815 },
  { town: "Harrogate", postcode: "HG1 1TJ", region: "North Yorkshire", latitude: 53.9919, longitude: -1.5412 },
  { town: "Manchester", postcode: "M2 3AW", region: "Greater Manchester", latitude: 53.4808, longitude: -2.2426 },
  { town: "Sheffield", postcode: "S1 2HE", region: "South Yorkshire", latitude: 53.3811, longitude: -1.4701 },
] as const;
export const storeCount = stores.length;

/** Kilometres between two stores on the sphere (haversine). */
function distance(one: number, other: number): number {
  const [a, b] = [stores[one - 1] ?? stores[0], stores[other - 1] ?? stores[0]];
  const angle = (degrees: number) => (degrees * Math.PI) / 180;
  const across = Math.sin(angle(b.latitude - a.latitude) / 2) ** 2;
  const along = Math.sin(angle(b.longitude - a.longitude) / 2) ** 2;
  return 12_742 * Math.asin(Math.sqrt(across + Math.cos(angle(a.latitude)) * Math.cos(angle(b.latitude)) * along));
}

/** Another store than the own one: the nearer, the more likely. */
export function otherStore(random: Random, home: number): number {
  const weights = stores.map((_, at) => (at + 1 === home ? 0 : Math.exp(-distance(home, at + 1) / 25)));
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (weight > 0 && left <= 0) return at + 1;
  }
  return home;
}

export function writeStores(folder: string): string {
  const rows = stores.map(({ town, postcode, region, latitude, longitude }, at) => [
    `S${at + 1}`,
    `Hollin & Pike ${town}`,
    postcode,
    region,
    "GB",
    latitude,
    longitude,
  ]);
  return writeTable(
    join(folder, "stores", "stores.csv"),
    ["store_id", "store_name", "postcode", "region", "country", "latitude", "longitude"],
    rows,
  );
}
