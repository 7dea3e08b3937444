import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import type { Column } from "../../shared/domain/column.ts";
import { openSession } from "./duckdb.ts";

it("texts, lists and numbers come into a table as they are, whichever way they are brought over", async () => {
  const many = Array.from({ length: 60 }, (_, at) => (at % 7 === 0 ? null : `text ${at}`));
  const few = many.map((_, at) => (at % 3 === 0 ? null : ["it's", "", "ü\u001f"][at % 2]));
  const list = many.map((_, at) => [null, [], ["a"], ["b", "it's"]][at % 4] ?? null);
  const odd = many.map((_, at) => (at === 59 ? ["", "c\u001fd"] : ["e"]));
  const none = many.map(() => null);
  const table = {
    rows: many.length,
    columns: {
      many,
      few,
      list,
      odd,
      none,
      number: Float64Array.from(many, (_, at) => (at % 5 === 0 ? Number.NaN : at)),
    },
  };
  const columns: readonly Column[] = [
    ...["many", "few", "none"].map((name): Column => ({ name, type: "VARCHAR" })),
    ...["list", "odd"].map((name): Column => ({ name, type: "VARCHAR[]" })),
    { name: "number", type: "DOUBLE" },
  ];
  const session = await openSession({ memoryLimit: 200e6, threads: 1, scratch: tmpdir() });
  try {
    await session.load("held", table as never, columns);
    expect((await session.describe("SELECT * FROM held")).map(({ type }) => type)).toEqual(
      columns.map(({ type }) => type),
    );
    const rows = await session.rows("SELECT many, few, none, list, odd, number FROM held");
    expect(rows).toEqual(
      many.map((text, at) => ({
        ...{ many: text, few: few[at], none: null, list: list[at], odd: odd[at] },
        number: at % 5 === 0 ? null : at,
      })),
    );
  } finally {
    session.close();
  }
});
