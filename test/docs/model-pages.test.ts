import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pagesOf } from "../../scripts/model-pages-text.ts";

const folder = join(import.meta.dirname, "../../docs/models");

it("docs/models has one page a model, as the models say (else: npm run docs:models)", () => {
  const measured = JSON.parse(readFileSync(join(folder, "measured.json"), "utf8"));
  const pages = pagesOf(measured);
  const written = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  expect([...written.keys()].sort()).toEqual([...pages.keys()].sort());
  expect([...pages].filter(([name, text]) => written.get(name) !== text).map(([name]) => name)).toEqual([]);
});
