import { useAsk } from "../../client/queries.ts";
import { DirectoryChecks } from "../../components/DirectoryChecks.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";

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
          <DirectoryChecks checks={checks} />
        </div>
      )}
    </Panel>
  );
}
