import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { State } from "./State.tsx";

type Checks = OutputOf<AssayContract["workspace.doctor"]>["checks"];
const tones = { ok: "good", warn: "warn", fail: "bad" } as const;
const words = { ok: "Fine", warn: "Look at it", fail: "Not usable" } as const;

/** What was tried on the directory, how it went, and what to do where something isn't right. */
export function DirectoryChecks({ checks }: { checks: Checks }) {
  return (
    <table className="plain tight probe" aria-label="Checks of the directory">
      <thead>
        <tr>
          <th>Check</th>
          <th>State</th>
          <th>Measured</th>
        </tr>
      </thead>
      <tbody>
        {checks.map(({ name, status: state, measured, advice }) => (
          <tr key={name}>
            <td className="nowrap">{name.charAt(0).toUpperCase() + name.slice(1)}</td>
            <td className="nowrap">
              <State tone={tones[state]}>{words[state]}</State>
            </td>
            <td className="ink2">
              {measured}
              {advice && <div className="small strong">{advice}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
