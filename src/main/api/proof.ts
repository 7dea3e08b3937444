import { basename, resolve } from "node:path";
import type { ListVerdict } from "../../shared/api/contract/proof.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { segmentSentence } from "../../shared/domain/segment.ts";
import type { ListComparison, Recipe } from "../../shared/domain/written-list.ts";
import { sha256 } from "../plan/key.ts";
import { findSnapshot, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";

type Written = BrandState["exports"][number];
type Compared = ListComparison & { readonly isSameBytes: boolean; readonly code: string; readonly erased: number };
interface Looked {
  readonly sha256: string;
  readonly manifest: { readonly sha256: string; readonly file: string } | null;
}
interface Found {
  readonly brand: string;
  readonly written: Written;
  readonly by: ListVerdict["found_by"];
}

/** The entry of the log that a file belongs to: the surest sign first, of equal ones the latest. */
function entryOf(states: ReadonlyMap<string, BrandState>, path: string, { sha256: digest, manifest }: Looked) {
  const name = basename(path);
  const ways: [ListVerdict["found_by"], (one: Written) => boolean][] = [
    ["digest", (one) => one.sha256 === digest],
    ["manifest", (one) => one.sha256 === manifest?.sha256],
    ["name", (one) => one.path === path],
    ["name", (one) => one.path !== undefined && basename(one.path) === name],
  ];
  for (const [by, fits] of ways) {
    for (const [brand, { exports }] of states) {
      const written = exports.findLast(fits);
      if (written) return { brand, written, by } satisfies Found;
    }
  }
  throw new AssayError(
    "not_found",
    `${name} is no list that this workspace wrote.`,
    "A list is known by its bytes, by its manifest beside it, or by its name.",
    { sha256: digest },
  );
}

export const proofHandlers: HandlersOf<Named<"lists">> = {
  "lists.verify": async ({ path: given, brand: named }, { ctx, signal, progress }) => {
    const { brands } = requireWorkspace(ctx);
    const path = resolve(given);
    const looked = await ctx.engine.call("exports.look", { path }, { signal });
    const states = new Map<string, BrandState>();
    for (const brand of named === undefined ? brands.names : [named]) states.set(brand, await brands.refresh(brand));
    const found = entryOf(states, path, looked);
    const { brand, written } = found;
    const snapshot = states.get(brand)?.snapshots.find(({ snapshot_id }) => snapshot_id === written.snapshot_id);
    const about = aboutOf(found, looked, snapshot?.as_of ?? null);
    const { recipe } = written;
    if (!recipe || !snapshot) return withoutRows(about, recipe ? "snapshot_collected" : "no_recipe");
    progress({ label: "Making the list again", done: 0, total: null, unit: "rows" });
    try {
      const place = await findSnapshot(ctx, brand, snapshot.snapshot_id);
      const { erasures, tombstones } = place.state;
      const erased = [...tombstones, ...[...erasures.values()].flatMap(({ subjects }) => subjects)];
      const compared = (await askSnapshot(ctx, place, "exports.verify", { path, recipe, erased }, signal)) as Compared;
      return judged(about, recipe, compared);
    } catch (error) {
      if (error instanceof AssayError && error.code === "corrupt") return withoutRows(about, "snapshot_collected");
      throw error;
    }
  },
};

function aboutOf({ brand, written, by }: Found, looked: Looked, asOf: string | null) {
  const { recipe } = written;
  const rule = recipe?.query ? recipe.query.sql : (recipe?.definition ?? null);
  const sentence = recipe?.definition ? segmentSentence(recipe.definition) : (recipe?.query?.sql ?? "");
  return {
    brand,
    export: written.export,
    kind: recipe?.kind ?? null,
    written_at: written.at,
    snapshot_id: written.snapshot_id ?? null,
    as_of: asOf,
    rule: rule as ListVerdict["rule"],
    sentence,
    segment: written.segment,
    campaign: recipe?.campaign?.campaign ?? null,
    template: recipe?.template ?? null,
    found_by: by,
    is_unaltered: looked.sha256 === written.sha256,
    digests: {
      file: looked.sha256,
      written: written.sha256,
      rule: rule === null ? null : sha256(canonicalJson(rule as never)),
      code: recipe?.code ?? null,
    },
  };
}

function withoutRows(about: ReturnType<typeof aboutOf>, why: "snapshot_collected" | "no_recipe"): ListVerdict {
  const said =
    why === "snapshot_collected"
      ? "The snapshot that it was made from has been collected: its rows can't be made again."
      : "It was written by a program that kept no recipe: its rows can't be made again.";
  const bytes = about.is_unaltered
    ? "Its bytes are those that the log says were written."
    : "Its bytes differ from those that the log says were written.";
  return {
    ...about,
    ok: false,
    is_recomputed: false,
    why_not: why,
    rows: null,
    rows_again: null,
    counts: { missing: 0, added: 0, changed: 0, erased: 0 },
    differences: [],
    notes: [said, bytes],
  };
}

function judged(about: ReturnType<typeof aboutOf>, recipe: Recipe, compared: Compared): ListVerdict {
  const { rows, rows_again, counts, differences, isSameOrder, isSameBytes, code } = compared;
  const ok = counts.missing + counts.added + counts.changed === 0;
  const notes = [];
  if (compared.erased > 0)
    notes.push(`${compared.erased} of its rows are of people who were erased since: take them out of the list.`);
  if (ok && !isSameBytes && compared.erased === 0)
    notes.push(
      isSameOrder
        ? "Every row holds; the file was saved anew in another form (line ends, quotes or encoding)."
        : "Every row holds, in another order.",
    );
  if (!ok && about.is_unaltered)
    notes.push("The file is as it was written, but snapshot and rule give another list now.");
  if (code !== recipe.code)
    notes.push(`It was written by assay ${recipe.program}, in which lists read otherwise than in this program.`);
  return {
    ...about,
    ok,
    is_recomputed: true,
    why_not: null,
    rows,
    rows_again,
    counts: { ...counts, erased: compared.erased },
    differences: differences.map((one) => ({ ...one, columns: [...one.columns] })),
    notes,
  };
}
