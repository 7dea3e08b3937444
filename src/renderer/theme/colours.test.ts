import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contrast, oklabDistance, simulate } from "../../../test/support/colour-maths.ts";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

function tokens(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("}", start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name = "", value = ""]) => [name, value]),
  );
}

const looks = [
  ["light", tokens(":root")],
  ["dark", tokens(':root[data-look="dark"]')],
] as const;

describe.each(looks)("%s", (_, colours) => {
  const of = (name: string) => {
    const value = colours.get(name);
    if (value === undefined) throw new Error(`no colour ${name}`);
    return value;
  };

  test.each(["ink", "ink-2", "ink-3", "accent", "good", "warn", "bad", "better", "worse"])(
    "%s reads as text on every ground it stands on",
    (name) => {
      for (const ground of ["panel", "page"]) expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test("the navigation's text reads on its ground and where it is chosen", () => {
    for (const name of ["ink", "ink-2"])
      for (const ground of ["nav", "accent-pale"]) expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test("the filled button's words read", () => {
    expect(contrast(of("on-accent"), of("accent"))).toBeGreaterThanOrEqual(4.5);
  });

  const categories = ["c1", "c2", "c3", "c4", "c5", "c6"];
  test.each([...categories, "other", "up", "down"])("%s stands out from the panel as a mark", (name) => {
    expect(contrast(of(name), of("panel"))).toBeGreaterThanOrEqual(3);
  });

  test.each(["protanopia", "deuteranopia", "tritanopia"] as const)(
    "any two categories differ under %s",
    (deficiency) => {
      for (const a of categories)
        for (const b of categories.filter((name) => name > a))
          expect(
            oklabDistance(simulate(of(a), deficiency), simulate(of(b), deficiency)),
            `${a} and ${b}`,
          ).toBeGreaterThanOrEqual(0.1);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6])("figures read on step %d of the magnitude ramp", (step) => {
    expect(contrast(of(`on-heat-${step}`), of(`heat-${step}`))).toBeGreaterThanOrEqual(4.5);
  });

  test("stages are steps of one ramp", () => {
    const ramp = ["new", "active", "cooling", "at_risk", "lapsed"].map((name) => contrast(of(name), of("panel")));
    expect(ramp).toEqual([...ramp].sort((a, b) => b - a));
  });
});
