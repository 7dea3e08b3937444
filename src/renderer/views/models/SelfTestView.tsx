import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { decimal, integer } from "../../format/format.ts";
import { useSelfTest } from "./use-evaluations.ts";

type Check = NonNullable<ReturnType<typeof useSelfTest>["checks"]>[number];

/** Published reference values, recomputed here and now. */
export function SelfTestView() {
  const { checks, run, doing, error, cancel } = useSelfTest();
  const list = useAsk("models.list", {});
  const titleOf = (name: string) => list.data?.models.find((model) => model.name === name)?.title ?? name;
  const names = [...new Set((checks ?? []).map(({ model }) => model))];
  return (
    <>
      <Head
        title="Self-test"
        crumb={{ name: "Models", to: "/models" }}
        right={
          checks && (
            <button type="button" className="button" disabled={doing !== null} onClick={() => void run()}>
              Run again
            </button>
          )
        }
      />
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} onRetry={() => void run()} />}
      {!checks && !doing && (
        <Empty
          title="Does this machine compute what the papers publish?"
          action={
            <button type="button" className="button primary" onClick={() => void run()}>
              Run the self-test
            </button>
          }
        >
          Parameters, likelihoods, forecasts and holdout errors of the models on the data that they were published for;
          a few seconds, offline.
        </Empty>
      )}
      {checks && (
        <div className="stack self-test">
          <p className="outcome">
            <Outcome checks={checks} />
          </p>
          {names.map((name) => (
            <ModelChecks key={name} title={titleOf(name)} checks={checks.filter(({ model }) => model === name)} />
          ))}
        </div>
      )}
    </>
  );
}

function Outcome({ checks }: { checks: readonly Check[] }) {
  const wrong = checks.filter(({ ok }) => !ok).length;
  return wrong === 0 ? (
    <State tone="good">All {integer(checks.length)} published values are met within their tolerance</State>
  ) : (
    <State tone="bad">
      {integer(wrong)} of {integer(checks.length)} published values are missed
    </State>
  );
}

/** A figure with as many decimals as its tolerance bears. */
function exact(value: number, tolerance: number): string {
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(tolerance)) + 1));
  return decimal(value, digits);
}

function ModelChecks({ title, checks }: { title: string; checks: readonly Check[] }) {
  return (
    <Panel title={`${title}: ${checks.filter(({ ok }) => ok).length} of ${checks.length}`} under={checks[0]?.source}>
      <div className="scroll">
        <table className="plain tight">
          <thead>
            <tr>
              <th>Quantity</th>
              <th className="num">Published</th>
              <th className="num">Here</th>
              <th className="num">Tolerance</th>
              <th>Unit</th>
              <th>Outcome</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={check.quantity}>
                <td>{check.quantity}</td>
                <td className="num">{exact(check.expected, check.tolerance)}</td>
                <td className="num">{exact(check.actual, check.tolerance)}</td>
                <td className="num muted">±{Number(check.tolerance.toPrecision(2))}</td>
                <td className="ink2">{check.unit}</td>
                <td>
                  <State tone={check.ok ? "good" : "bad"}>{check.ok ? "met" : "missed"}</State>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
