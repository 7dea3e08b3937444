import type { Proof } from "../client/use-proof.ts";

/** Shows or hides what isn't proven on the retailer's data; kept for this machine. */
export function ShowUnproven({ proof }: { proof: Proof }) {
  return (
    <label className="check" title="Models that don't surely beat their baseline on this retailer's own data">
      <input type="checkbox" checked={proof.isShown} onChange={(event) => proof.show(event.target.checked)} />
      Show unproven
    </label>
  );
}
