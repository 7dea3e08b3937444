import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mapping } from "../../shared/domain/mapping.ts";
import { openSession } from "../engine/duckdb.ts";
import { readFiles } from "./read-files.ts";

const orders: Mapping = {
  layout: "generic",
  tables: [
    {
      table: "orders",
      columns: {
        order_id: "id",
        source_customer_id: "customer",
        ordered_at: "day",
        gross_minor: "amount",
        email: "mail",
        phone: "tel",
      },
    },
  ],
};

let folder: string;
let counted = 0;
const signal = new AbortController().signal;
const open = () => openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
const write = (content: string, name = "file.csv") => {
  const path = join(folder, `${++counted}-${name}`);
  writeFileSync(path, content);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-read-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("reading files as a delivery", () => {
  it("writes the plain table and counts every row", async () => {
    const path = write("id,name\n1, Ann \n2\n3,Bo\n");
    const out = join(folder, "out.csv");
    const { files } = await readFiles(open, { paths: [path], out, scratch: folder, signal });
    expect(files).toMatchObject([{ columns: ["id", "name"], rows_read: 3, rows_accepted: 2, rows_rejected: 1 }]);
    expect(readFileSync(out, "utf8")).toBe("id,name\n1,Ann\n3,Bo\n");
  });

  it("names the results of two files of one name apart, and writes a table of nothing", async () => {
    const out = join(folder, "many");
    const paths = ["a", "b"].map((inner) => {
      mkdirSync(join(folder, inner), { recursive: true });
      const path = join(folder, inner, "same.csv");
      writeFileSync(path, inner === "a" ? "id\n1\n" : "");
      return path;
    });
    await readFiles(open, { paths, out, scratch: folder, signal });
    expect(readFileSync(join(out, "same.csv"), "utf8")).toBe("id\n1\n");
    expect(readFileSync(join(out, "same-2.csv"), "utf8")).toBe("");
    await expect(
      readFiles(open, { paths, out: join(folder, "one.csv"), scratch: folder, signal }),
    ).rejects.toMatchObject({ code: "usage" });
  });

  it("writes mapped tables", async () => {
    const path = write("id,customer,day,amount\n1,c,2026-06-30,1\n2,c,never,1\n");
    const out = join(folder, "mapped");
    const { files } = await readFiles(open, { paths: [path], out, mapping: orders, scratch: folder, signal });
    expect(files).toMatchObject([
      { rows_read: 2, rows_accepted: 1, rows_rejected: 1, rejects: [{ reason: "unreadable_date", count: 1 }] },
    ]);
  });
});
