import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { IdentityEffect } from "../../../shared/api/contract/identity.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { InputOf } from "../../../shared/api/operation.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { integer, money } from "../../format/format.ts";

type Ask =
  | { readonly kind: "join"; readonly input: InputOf<AssayContract["identity.join"]> }
  | { readonly kind: "split"; readonly input: InputOf<AssayContract["identity.split"]> };

/** What a join or split would change, before it is said. */
export function EffectDialog({ ask, onClose }: { ask: Ask; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const isJoin = ask.kind === "join";
  const join = useAsk("identity.preview_join", isJoin ? ask.input : { brand: "", a: "", b: "" }, { enabled: isJoin });
  const split = useAsk("identity.preview_split", isJoin ? { brand: "", customer_id: "", records: [] } : ask.input, {
    enabled: !isJoin,
  });
  const effect = isJoin ? join : split;
  const title = isJoin ? "Join the two" : "Split off records";
  const say = () => {
    const why = note.trim() === "" ? {} : { note: note.trim() };
    const said = isJoin
      ? client.call("identity.join", { ...ask.input, ...why })
      : client.call("identity.split", { ...ask.input, ...why });
    said.then(
      async () => {
        await queries.invalidateQueries({ queryKey: ["identity.read"] });
        onClose();
      },
      (reason: Error) => setError(reason),
    );
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      {effect.isPending && <Waiting label="Working out what would change" />}
      {effect.isError && <Failure error={effect.error} />}
      {effect.data && <Effect effect={effect.data} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <label className="on">
          Why (kept in the log)
          <input className="field" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </label>
        {error && <Failure error={error} />}
        <p className="small ink2">
          It holds from the next run on: orders, events, scores and holdouts move together. It can be undone.
        </p>
        <div className="actions">
          <button type="submit" className="button primary" disabled={!effect.data}>
            {isJoin ? "Join" : "Split"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Effect({ effect }: { effect: IdentityEffect }) {
  const { currency } = effect;
  const rows = [
    ...effect.before.map((one) => ({ ...one, when: "Now", records: one.records.length, key: one.customer_id })),
    ...effect.after.map((one, at) => ({ ...one, when: "Then", key: `then ${at}` })),
  ];
  return (
    <>
      <table className="plain tight">
        <thead>
          <tr>
            <th>
              <span className="sr">When</span>
            </th>
            <th>Customer</th>
            <th className="num">Records</th>
            <th className="num">Orders</th>
            <th className="num">Revenue, {currency}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td className="ink2">{row.when}</td>
              <td className="clip">{row.name ?? "Somebody else"}</td>
              <td className="num">{integer(row.records)}</td>
              <td className="num">{integer(row.order_count)}</td>
              <td className="num">{money(row.revenue_minor, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small ink2">
        {effect.segments.length === 0
          ? "No saved segment holds one of them."
          : `In ${effect.segments.join(", ")} today; the next run decides anew.`}
      </p>
    </>
  );
}
