import type { Disclosure, DisclosureRegister } from "../../shared/api/contract/disclosures.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { mayTakeOut } from "../../shared/domain/disclosure.ts";
import { thisAccount } from "./account.ts";
import { requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

function registerOf(state: BrandState): DisclosureRegister {
  const { account } = thisAccount();
  const nothing = { segment: null, rows: null, path: null, snapshot_id: null, sha256: null };
  const written = state.exports.map(
    (one): Disclosure => ({
      at: one.at,
      kind: one.recipe?.kind ?? (one.export.startsWith("hand-off-") ? "hand-off" : "segment"),
      export: one.export,
      segment: one.segment,
      account: one.by?.account ?? null,
      host: one.by?.host ?? null,
      rows: one.rows,
      personal: one.personal ? [...one.personal] : null,
      path: one.path ?? null,
      snapshot_id: one.snapshot_id ?? null,
      sha256: one.sha256,
    }),
  );
  const refused = state.refusals.map(
    ({ at, account, host, name, personal }): Disclosure => ({
      ...{ ...nothing, at, account, host },
      ...{ kind: "refused", export: name, personal: [...personal] },
    }),
  );
  const changes = state.exporterChanges.map(
    ({ at, account, host, exporters }): Disclosure => ({
      ...{ ...nothing, at, account, host },
      ...{ kind: "permission", export: "", personal: null, exporters: exporters ? [...exporters] : null },
    }),
  );
  return {
    account,
    is_permitted: mayTakeOut(state, account),
    exporters: state.exporters ? [...state.exporters] : null,
    disclosures: [...written, ...refused, ...changes].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
  };
}

export const disclosureHandlers: HandlersOf<Named<"disclosures">> = {
  "disclosures.list": async ({ brand }, { ctx }) => registerOf(await requireWorkspace(ctx).brands.refresh(brand)),
  "disclosures.permit": async ({ brand, exporters }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const own = thisAccount();
    if (!mayTakeOut(state, own.account)) {
      throw new AssayError(
        "not_permitted",
        `${own.account} may not take personal data out, nor say who may.`,
        `Ask one of: ${state.exporters?.join(", ")}.`,
      );
    }
    const next = exporters ? [...new Set(exporters)].sort() : null;
    if (JSON.stringify(next) === JSON.stringify(state.exporters)) return registerOf(state);
    const body = { ...own, exporters: next };
    const after = await brands.append(brand, "exporters_changed", body, `exporters:${state.version}`);
    ctx.tell("workspace");
    return registerOf(after);
  },
};
