import { useQueryClient } from "@tanstack/react-query";
import type { Worth } from "../../../shared/api/contract/source-worth.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { SourceName } from "../../components/SourceName.tsx";
import { State, type Tone } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { Working } from "../../components/Working.tsx";
import { day, integer, seconds } from "../../format/format.ts";
import { metricOf } from "../../format/metrics.ts";
import { gainText, mainFigures, worthFinding } from "./source-worth-words.ts";

type Measured = NonNullable<Worth["measured"]>;

const verdicts: Readonly<Record<Measured["verdict"], readonly [Tone, string]>> = {
  helps: ["good", "Helps"],
  harms: ["bad", "Harms"],
  no_difference: ["muted", "No difference found"],
  not_read: ["muted", "No forecast reads it"],
  carries: ["good", "Everything rests on it"],
  no_data: ["muted", "Can't say"],
};
const targetNames: Readonly<Record<string, string>> = {
  purchases: "Purchases",
  chance: "Chance to buy",
  value: "Value",
};

/** What each source adds to the forecasts: it is left out, and the same customers are forecast without it. */
export function SourceWorthView() {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const work = useWork();
  const found = useAsk("worth.list", { brand });
  const measure = (source?: string) =>
    work.start(
      source === undefined ? "Leaving out each source" : `Leaving out ${source}`,
      async (signal, onProgress) => {
        try {
          await client.stream(
            "worth.measure",
            { brand, ...(source === undefined ? {} : { source }) },
            { signal, onProgress },
          );
        } finally {
          await queries.invalidateQueries({ queryKey: ["worth.list"] });
        }
      },
    );
  const sources = found.data?.sources ?? [];
  const isBusy = work.doing !== null;
  const comparisons = Math.max(0, ...sources.map(({ measured }) => measured?.comparisons ?? 0));
  return (
    <>
      <Head
        title="What a source is worth"
        crumb={{ name: "Models", to: "/models" }}
        right={
          sources.length > 0 && (
            <button type="button" className="button primary" disabled={isBusy} onClick={() => void measure()}>
              Measure {integer(sources.length)} sources
            </button>
          )
        }
      />
      <p className="purpose-line">
        Each source is left out in turn: deliveries, identity, features and models are made again without it at the
        tournament's splits, and what the profile's forecasts lose is held against what they are with it, on the same
        customers. What doesn't depend on the source is reused.
      </p>
      {work.doing && <Working doing={work.doing} onCancel={work.cancel} />}
      {work.error && <Failure error={work.error} />}
      {found.isPending && <Waiting label="Reading what was measured" />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && sources.length === 0 && (
        <Empty title="No source yet">
          Once a source has delivered and a run has been made, its worth can be measured.
        </Empty>
      )}
      {sources.length > 0 && (
        <Panel
          title={worthFinding(sources)}
          under={
            <>
              Gain by having the source, positive is better, with the interval of the{" "}
              <Term name="source_worth">same customers' differences</Term>
              {comparisons > 1
                ? ` that holds for all ${integer(comparisons)} comparisons at once in 95 % of cases (Dunn 1961)`
                : " at 95 %"}
            </>
          }
        >
          <div className="scroll">
            <table className="plain">
              <thead>
                <tr>
                  <th>Source</th>
                  <th>Verdict</th>
                  <th>Forecast</th>
                  <th className="num">With</th>
                  <th className="num">Without</th>
                  <th className="num">Worth</th>
                  <th className="num">Customers</th>
                  <th className="num">Cost</th>
                  <th>
                    <span className="sr">Measure</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {sources.map((one) => (
                  <Rows key={one.source} worth={one} isBusy={isBusy} onMeasure={() => void measure(one.source)} />
                ))}
              </tbody>
            </table>
          </div>
          <p className="ink2 note">
            A source that is no help to these forecasts may still be what a list, a segment or the return risk needs.
          </p>
        </Panel>
      )}
    </>
  );
}

function Rows({ worth, isBusy, onMeasure }: { worth: Worth; isBusy: boolean; onMeasure: () => void }) {
  const { currency } = useBrand();
  const { source, tables, measured } = worth;
  const figures = mainFigures(measured?.figures ?? []);
  const lines = figures.length > 0 ? figures : [null];
  return lines.map((one, at) => (
    <tr key={one ? `${one.target} ${one.model}` : "none"}>
      <td className="medium">
        {at === 0 && (
          <>
            <SourceName source={source} />
            <div className="ink2 small">{tables.join(", ").replaceAll("_", " ")}</div>
          </>
        )}
      </td>
      <td className="nowrap">{at === 0 && <Verdict measured={measured} />}</td>
      <td className="nowrap">
        {one && (
          <>
            {targetNames[one.target] ?? one.target}, {metricOf(one.metric).label}
            {!one.is_chosen && <div className="ink2 small">by {one.model}, not chosen</div>}
          </>
        )}
      </td>
      <td className="num">{one && metricOf(one.metric).text(one.value, currency)}</td>
      <td className="num">{one && metricOf(one.metric).text(one.without, currency)}</td>
      <td className="num nowrap">
        {one && (
          <>
            <b>{gainText(one.gain, one.metric, currency)}</b>{" "}
            <span
              className="limits"
              title={`By itself, 95 %: ${gainText(one.low, one.metric, currency)} to ${gainText(one.high, one.metric, currency)}`}
            >
              ({gainText(one.joint_low, one.metric, currency)} to {gainText(one.joint_high, one.metric, currency)})
            </span>
          </>
        )}
      </td>
      <td className="num">{at === 0 && measured && integer(measured.customers - measured.lost)}</td>
      <td className="num nowrap">
        {at === 0 && measured && (
          <span title={`${integer(measured.cost.computed)} of ${integer(measured.cost.tasks)} tasks made anew`}>
            {seconds(measured.cost.seconds)}
          </span>
        )}
      </td>
      <td className="num">
        {at === 0 && (
          <button type="button" className="button" disabled={isBusy} onClick={onMeasure}>
            {measured ? "Again" : "Measure"}
          </button>
        )}
      </td>
    </tr>
  ));
}

function Verdict({ measured }: { measured: Worth["measured"] }) {
  if (!measured) return <State tone="plain">Not measured</State>;
  const [tone, text] = verdicts[measured.verdict];
  return (
    <>
      <State tone={tone}>{text}</State>
      {!measured.is_current && <div className="ink2 small">on an earlier snapshot, {day(measured.as_of)}</div>}
    </>
  );
}
