import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";

const tones = { ok: "good", warn: "warn", fail: "bad" } as const;
const words = { ok: "Fine", warn: "Look at it", fail: "Not usable" } as const;

export function directoryFinding(checks: readonly { status: "ok" | "warn" | "fail" }[]): string {
  const bad = checks.filter(({ status }) => status === "fail").length;
  const odd = checks.filter(({ status }) => status === "warn").length;
  if (bad > 0) return `The directory can’t be shared as it is: ${bad} ${bad === 1 ? "check fails" : "checks fail"}`;
  if (odd > 0) return `The directory can be shared; ${odd} ${odd === 1 ? "check wants" : "checks want"} a look`;
  return "The directory can be shared";
}

/** What the directory is and can do, tried on it just now. */
export function DirectoryPanel() {
  const status = useAsk("workspace.status", {});
  const doctor = useAsk("workspace.doctor", {}, { keep: true });
  const checks = doctor.data?.checks ?? [];
  return (
    <Panel
      title={checks.length > 0 ? directoryFinding(checks) : "Shared directory"}
      under={status.data?.workspace?.path}
      tools={
        <button type="button" className="button" disabled={doctor.isFetching} onClick={() => void doctor.refetch()}>
          {doctor.isFetching ? "Probing…" : "Probe again"}
        </button>
      }
    >
      {doctor.isPending && <Waiting label="Probing the directory" />}
      {doctor.isError && <Failure error={doctor.error} onRetry={() => void doctor.refetch()} />}
      {checks.length > 0 && (
        <div className="scroll">
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
        </div>
      )}
    </Panel>
  );
}
