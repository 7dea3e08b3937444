import { cpSync } from "node:fs";
import { join } from "node:path";
import { type Core, createCore } from "../../src/main/core.ts";
import type { Client } from "../../src/shared/api/client.ts";
import type { AssayContract } from "../../src/shared/api/contract.ts";

interface Demo {
  readonly brand: string;
  /** Where the retailer's exports are made. */
  readonly exports: string;
  /** Where the workspace is made. */
  readonly workspace: string;
  readonly customers: number;
  readonly seed?: number;
}

/** A new workspace in which a made-up retailer's exports are taken in; nothing is run. */
export async function takeDemo(
  client: Client<AssayContract>,
  { brand, exports, workspace, customers, seed }: Demo,
): Promise<void> {
  await client.stream("demo.make", { path: exports, customers, ...(seed === undefined ? {} : { seed }) });
  await client.call("workspace.create", { path: workspace });
  await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
  await client.call("sources.add", { brand, name: "shop", paths: [exports] });
  await client.stream("sources.ingest", { brand });
}

/** Copies of one workspace and cores on them, each with data of its own, below one folder. */
export interface DemoCopies {
  readonly folder: string;
  /** Where a core or command of a name keeps its own data. */
  data(name: string): string;
  copyOf(name: string): string;
  withCore<T>(name: string, workspace: string | undefined, body: (core: Core) => Promise<T>): Promise<T>;
}

/** Takes a made-up retailer of 250 customers in; `now` is the cores' clock. */
export async function makeDemoCopies(folder: string, brand: string, now?: () => Date): Promise<DemoCopies> {
  const fresh = join(folder, "fresh");
  const data = (name: string) => join(folder, `data-${name}`);
  const copies: DemoCopies = {
    folder,
    data,
    copyOf: (name) => {
      const path = join(folder, name);
      cpSync(fresh, path, { recursive: true });
      return path;
    },
    withCore: async (name, workspace, body) => {
      const core = await createCore({ dataFolder: data(name), workspace, ...(now ? { now } : {}) });
      try {
        return await body(core);
      } finally {
        await core.close();
      }
    },
  };
  const demo = { brand, exports: join(folder, "exports"), workspace: fresh, customers: 250, seed: 3 };
  await copies.withCore("fresh", undefined, ({ client }) => takeDemo(client, demo));
  return copies;
}
