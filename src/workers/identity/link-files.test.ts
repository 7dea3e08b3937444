import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataSet } from "../../../test/support/data-sets.ts";
import { openSession } from "../engine/duckdb.ts";
import { linkFiles } from "./link-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-link-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const open = () => openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
const doing = () => ({ scratch: folder, signal: new AbortController().signal });

async function linkOf(paths: readonly string[]) {
  const out = join(folder, "linked.csv");
  const found = await linkFiles(open, { paths, out, threshold: 0.9 }, doing());
  const [header = "", ...lines] = readFileSync(out, "utf8").trim().split("\n");
  const rows = lines.map((line) => {
    const [file = "", row = "", customer = "", probability = "", rule = ""] = line.split(",");
    return { file, row: Number(row), customer, probability: Number(probability), rule };
  });
  return { found, header, rows };
}

const febrl = ["dataset1", "dataset2", "dataset3", "dataset4a", "dataset4b"].map((name) =>
  dataSet(`febrl/${name}.csv`),
);

/** The person behind each row of a FEBRL file: its id says so. */
function truthOf(path: string): string[] {
  const [, ...lines] = readFileSync(path, "utf8").split(/\r?\n/);
  return lines.filter((line) => line !== "").map((line) => line.split("-")[1] ?? "");
}

function pairs(groups: Iterable<readonly unknown[]>): number {
  return [...groups].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
}

describe("people of files", () => {
  // recomputed references with known priors: .9972 on the third set and .9996 on the fourth, thresholds chosen on the same data
  it.skipIf(febrl.includes(undefined)).each([
    ["the first set, pairs", [febrl[0] ?? ""], 1000, 0.9995],
    ["the second set, most of them once", [febrl[1] ?? ""], 5000, 0.999],
    ["the third set, groups of up to six", [febrl[2] ?? ""], 5000, 0.9995],
    ["the fourth set, two files", [febrl[3] ?? "", febrl[4] ?? ""], 10_000, 0.9996],
  ])("of FEBRL are found without being told anything: %s", async (_, paths, records, least) => {
    const { found, header, rows } = await linkOf(paths);
    expect(header).toBe("file,row,customer_id,probability,rule");
    expect([found.records, rows.length]).toEqual([records, records]);
    const truth = new Map(paths.map((path) => [path.split("/").at(-1), truthOf(path)]));
    const person = (row: (typeof rows)[number]) => truth.get(row.file)?.[row.row - 1];
    const groups = [...Map.groupBy(rows, ({ customer }) => customer).values()];
    const right = groups.reduce((sum, group) => sum + pairs(Map.groupBy(group, person).values()), 0);
    const real = pairs(Map.groupBy(rows, person).values());
    const f1 = (2 * right) / (pairs(groups) + real);
    expect(f1).toBeGreaterThanOrEqual(least);
    expect(found.customers).toBe(groups.length);
    expect(rows.every(({ customer }) => /^[0-9a-f]{20}$/.test(customer))).toBe(true);
  });

  it.skipIf(febrl.includes(undefined))(
    "give the same ids again, and the same groups whatever the order of files",
    async () => {
      const [header = "", ...people] = readFileSync(febrl[0] ?? "", "utf8")
        .trim()
        .split("\n");
      const paths = ["a.csv", "b.csv"].map((name, half) => {
        const path = join(folder, name);
        writeFileSync(path, `${[header, ...people.filter((_, at) => at % 2 === half)].join("\n")}\n`);
        return path;
      });
      const [first, again, turned] = [await linkOf(paths), await linkOf(paths), await linkOf([...paths].reverse())];
      expect(again.rows).toEqual(first.rows);
      const names = (rows: typeof first.rows) =>
        [...Map.groupBy(rows, ({ customer }) => customer).values()]
          .map((group) =>
            group
              .map(({ file, row }) => `${file}:${row}`)
              .sort()
              .join(),
          )
          .sort();
      expect(names(turned.rows)).toEqual(names(first.rows));
    },
  );

  it("say what is missing where no column tells people apart", async () => {
    const path = join(folder, "amounts.csv");
    writeFileSync(path, "n,total\n1,3\n2,4\n");
    await expect(
      linkFiles(open, { paths: [path], out: join(folder, "x.csv"), threshold: 0.9 }, doing()),
    ).rejects.toThrow(/tells one person from another/);
    await expect(linkFiles(open, { paths: [path], out: folder, threshold: 0.9 }, doing())).rejects.toThrow(/no file/);
  });

  it("are one by an e-mail address and a name written in two ways", async () => {
    const [crm, shop] = [join(folder, "crm.csv"), join(folder, "shop.csv")];
    const filler = Array.from({ length: 60 }, (_, at) => `P${at},Q${at % 9}name,p${at}@post.example,${2000 + at}`);
    writeFileSync(crm, `First name,Surname,E-mail,Postcode\nAnn,Müller,ANN@post.example,8001\n${filler.join("\n")}\n`);
    writeFileSync(shop, "firstname;lastname;email;zip\nAnne;Muller;ann@post.example ;8001\nJim;Beam;;9000\n");
    const { rows, found } = await linkOf([crm, shop]);
    const customerOf = (file: string, row: number) =>
      rows.find((one) => one.file === file && one.row === row)?.customer;
    expect(customerOf("shop.csv", 1)).toBe(customerOf("crm.csv", 1));
    expect(customerOf("shop.csv", 2)).not.toBe(customerOf("crm.csv", 1));
    expect(found.customers).toBe(62);
  });
});
