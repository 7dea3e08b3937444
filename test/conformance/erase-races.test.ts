import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import { appendEntry } from "../../src/workers/engine/brand-log.ts";
import { openSession } from "../../src/workers/engine/duckdb.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { shopBrand as brand, crmFile, mappings, openShop, personOf, type Shop } from "../support/small-shop.ts";

let folder: string;
let shop: Shop;
let brandDir: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-erase-races-"));
  shop = await openShop(folder, 12);
  brandDir = join(shop.workspace, "brands", brand);
}, 180_000);
afterAll(async () => {
  await shop.core.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another program on the same workspace that does something once, right before or after it asks its engine for something. */
async function otherDesktop(name: string, when: "before" | "after", kind: string, act: () => Promise<unknown>) {
  const inline = inlineEngine();
  let isDone = false;
  const acts = async (asked: string, input: unknown) => {
    const isIt = asked === name && (name !== "log.append" || (input as { kind: string }).kind === kind);
    if (!isIt || isDone) return;
    isDone = true;
    await act();
  };
  const around =
    (ask: (name: never, input: never, options: never) => Promise<unknown>) =>
    async (asked: never, input: never, options: never) => {
      if (when === "before") await acts(asked, input);
      const answer = await ask(asked, input, options);
      if (when === "after") await acts(asked, input);
      return answer;
    };
  const { engine } = inline;
  const wrapped = { ...engine, call: around(engine.call as never), stream: around(engine.stream as never) } as never;
  const core = await createCore({
    dataFolder: join(folder, "data-other"),
    workspace: shop.workspace,
    engine: { engine: wrapped, close: inline.close },
  });
  return { core, acted: () => isDone };
}

type Person = ReturnType<typeof personOf>;
const erase = ({ email }: Person) => shop.core.client.stream("erasure.run", { brand, email });

/** Files of the brand in which a person still stands. */
async function left(gone: Person): Promise<string[]> {
  const session = await openSession({ memoryLimit: 400e6, threads: 1, scratch: folder });
  const found: string[] = [];
  for (const entry of readdirSync(brandDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !existsSync(path)) continue;
    const isTable = path.endsWith(".parquet");
    const rows = isTable
      ? await session.rows(`SELECT CAST(t AS VARCHAR) AS r FROM read_parquet('${path}', hive_partitioning = false) t`)
      : [{ r: readFileSync(path, "latin1") }];
    const text = rows.map(({ r }) => String(r).toLowerCase()).join("\n");
    if ([gone.email, gone.phone, gone.family].some((one) => text.includes(one.toLowerCase())))
      found.push(path.slice(brandDir.length + 1));
  }
  session.close();
  return found;
}

const erasedIn = (batch: { files: readonly { rejects: readonly { reason: string; count: number }[] }[] } | undefined) =>
  batch?.files.flatMap(({ rejects }) => rejects).find(({ reason }) => reason === "erased")?.count;

/** Each with a person of its own. */
const moments: readonly (readonly [number, "before" | "after", string, string])[] = [
  [1, "before", "landing.copy", "screened by what was known before, not copied yet"],
  [2, "after", "landing.copy", "copied"],
  [3, "after", "tasks.run", "read"],
  [4, "before", "log.append", "about to be entered"],
];

describe("a person who is erased while a delivery with them lands", () => {
  it.each(moments)(
    "(%i) %s %s (%s) stays outside, with no byte left behind",
    async (n, when, name) => {
      const gone = personOf(n + 1); // nobody else's name holds theirs
      const { core, acted } = await otherDesktop(name, when, "batch_landed", () => erase(gone));
      await deliver(core, `later-${n}.csv`);
      expect(acted()).toBe(true);
      const { batches } = await shop.core.client.call("batches.list", { brand });
      const landed = batches.find(({ files }) => files.some(({ path }) => path.endsWith(`later-${n}.csv`)));
      expect(erasedIn(landed)).toBe(n); // those of the tests before, too
      expect(await left(gone)).toEqual([]);
      expect(verifyBrand(brandDir).findings.filter(({ path }) => !path.startsWith("contents"))).toEqual([]);
    },
    180_000,
  );

  it("comes in and is taken out again where the delivery was entered first", async () => {
    const { core, acted } = await otherDesktop("log.append", "after", "batch_landed", () => erase(personOf(6)));
    await deliver(core, "later-5.csv");
    expect(acted()).toBe(true);
    expect(await left(personOf(6))).toEqual([]);
  }, 180_000);
});

describe("a run that is started while a person is erased", () => {
  it("is refused with a word on why, and goes once the erasure has ended", async () => {
    const start = () => shop.core.client.stream("runs.start", { brand, models: ["mbg_nbd"] });
    let refused: unknown;
    const { core, acted } = await otherDesktop("erasure.artifacts", "before", "", async () => {
      refused = await start().catch((error: unknown) => error);
    });
    try {
      await core.client.stream("erasure.run", { brand, email: personOf(8).email });
    } finally {
      await core.close();
    }
    expect(acted()).toBe(true);
    expect(refused).toMatchObject({ code: "conflict", message: expect.stringContaining("being erased") });
    const cancel = new AbortController();
    const going = shop.core.client.stream(
      "runs.start",
      { brand, models: ["mbg_nbd"] },
      {
        signal: cancel.signal,
        onProgress: ({ tasks }) => tasks.computed > 0 && cancel.abort(),
      },
    );
    await expect(going).rejects.toMatchObject({ code: "cancelled" });
  }, 180_000);
});

/** The people's file again, all moved. */
async function deliver(core: Core, name: string): Promise<void> {
  writeFileSync(join(shop.incoming, "crm", name), crmFile(12).replaceAll("High Street", name));
  try {
    await core.client.stream("sources.ingest", { brand, source: "crm" });
  } finally {
    await core.close();
  }
}

describe("a delivery that is read again with another mapping", () => {
  const { address_line: _, ...columns } = mappings.crm.columns;
  const mapping = { layout: "generic", tables: [{ table: "customers", columns }] };
  const rowsOf = async () => {
    const { batches } = await shop.core.client.call("batches.list", { brand });
    return batches.find(({ source }) => source === "crm")?.files[0]?.rows_accepted;
  };
  /** Those of the file who weren't erased, here or by the tests before. */
  const staying = async () => 12 - (await shop.core.client.call("erasure.list", { brand })).receipts.length;

  it("is read once more where somebody was erased meanwhile, and keeps what that changed", async () => {
    await shop.core.client.call("sources.set_mapping", { brand, source: "crm", mapping });
    const { core, acted } = await otherDesktop("log.append", "before", "batch_reread", () => erase(personOf(7)));
    try {
      await core.client.stream("batches.reread", { brand, source: "crm" });
    } finally {
      await core.close();
    }
    expect(acted()).toBe(true);
    expect(await left(personOf(7))).toEqual([]);
    expect(await rowsOf()).toBe(await staying());
    expect(verifyBrand(brandDir).findings.filter(({ path }) => !path.startsWith("contents"))).toEqual([]);
  }, 180_000);

  it("is refused while an erasure isn't ended", async () => {
    const body = { erasure: "e1", subjects: [], tombstones: ["t1"] };
    appendEntry(brandDir, { kind: "erasure_begun", body, taskKey: "e1", at: "2026-06-30T00:00:00Z", app: "test" });
    const before = await rowsOf();
    const asked = shop.core.client.stream("batches.reread", { brand, source: "crm" });
    await expect(asked).rejects.toMatchObject({ code: "conflict" });
    expect(await rowsOf()).toBe(before);
  }, 180_000);
});
