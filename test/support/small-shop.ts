import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Core, createCore } from "../../src/main/core.ts";
import type { EngineProcess } from "../../src/main/schedule/engine-client.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";

export const shopBrand = "shop";
const [first, last] = [toEpochDay("2026-01-01"), toEpochDay("2026-04-30")];

export const personOf = (n: number) => ({
  id: `c${n}`,
  email: `person.${n}@shop.example`,
  phone: `+4420794600${String(n).padStart(2, "0")}`,
  given: `Given${n}`,
  family: `Familyname${n}`,
});

function lines(header: string, rows: readonly string[]): string {
  return `${[header, ...rows].join("\n")}\n`;
}

export function crmFile(people: number): string {
  const rows = Array.from({ length: people }, (_, at) => {
    const { id, email, phone, given, family } = personOf(at + 1);
    return `${id},${email},${phone},${given},${family},${at + 1} High Street,2025-12-01T10:00:00Z`;
  });
  return lines("customer_id,email,phone,first_name,last_name,address,created_at", rows);
}

export function ordersFile(people: number, until = last): string {
  const rows: string[] = [];
  for (let day = first; day <= until; day++)
    for (let n = 1; n <= people; n++)
      if ((day * 7 + n * n) % (9 + 3 * (n % 7)) === 0)
        rows.push(`o${day}-${n},c${n},${fromEpochDay(day)}T12:00:00Z,sku${n % 5},1,${10 + (n % 7)}.50`);
  return lines("order_id,customer_id,ordered_at,sku,quantity,price", rows);
}

export function consentsFile(people: number, more: readonly string[] = []): string {
  const rows = Array.from(
    { length: people },
    (_, at) => `${personOf(at + 1).email},email,${(at + 1) % 6 === 0 ? "denied" : "granted"},2026-01-02T00:00:00Z`,
  );
  return lines("email,channel,status,occurred_at", [...rows, ...more]);
}

const column = (name: string, more: object = {}) => ({ column: name, ...more });
const iso = { format: "%Y-%m-%dT%H:%M:%SZ" };

export const mappings = {
  crm: {
    table: "customers",
    columns: {
      source_customer_id: "customer_id",
      email: "email",
      phone: "phone",
      given_name: "first_name",
      family_name: "last_name",
      address_line: "address",
      created_at: column("created_at", iso),
    },
  },
  till: {
    table: "order_lines",
    columns: {
      order_id: "order_id",
      source_customer_id: "customer_id",
      ordered_at: column("ordered_at", iso),
      product_id: "sku",
      quantity: "quantity",
      unit_price_minor: column("price", { decimal: ".", currency: "GBP" }),
    },
  },
  consents: {
    table: "consents",
    columns: { email: "email", channel: "channel", status: "status", occurred_at: column("occurred_at", iso) },
  },
};

export interface Shop {
  readonly core: Core;
  readonly incoming: string;
  readonly workspace: string;
  deliver(source: keyof typeof mappings, name: string, text: string | Uint8Array): Promise<unknown>;
}

/** A workspace with a shop that has no source yet. */
export async function openEmptyShop(
  folder: string,
  more: { readonly indexesPeople?: true; readonly engine?: EngineProcess } = {},
): Promise<Core> {
  const core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine(), ...more });
  await core.client.call("workspace.create", { path: join(folder, "workspace") });
  await core.client.call("brand.create", { brand: shopBrand, currency: "GBP", time_zone: "Europe/London" });
  return core;
}

/** A workspace of a shop with people, orders and consents, nothing run yet. */
export async function openShop(folder: string, people = 24): Promise<Shop> {
  const incoming = join(folder, "incoming");
  const workspace = join(folder, "workspace");
  const core = await openEmptyShop(folder, { indexesPeople: true });
  const { client } = core;
  const deliver: Shop["deliver"] = (source, name, text) => {
    mkdirSync(join(incoming, source), { recursive: true });
    writeFileSync(join(incoming, source, name), text);
    return client.stream("sources.ingest", { brand: shopBrand, source });
  };
  const texts = { crm: crmFile(people), till: ordersFile(people), consents: consentsFile(people) };
  for (const name of ["crm", "till", "consents"] as const) {
    mkdirSync(join(incoming, name), { recursive: true });
    writeFileSync(join(incoming, name, `${name}.csv`), texts[name]);
    const mapping = { layout: "generic", tables: [mappings[name]] };
    await client.call("sources.add", { brand: shopBrand, name, paths: [join(incoming, name)], mapping });
  }
  await client.stream("sources.ingest", { brand: shopBrand });
  return { core, incoming, workspace, deliver };
}
