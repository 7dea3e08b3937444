import { useState } from "react";
import type { Tournament, TournamentCandidate } from "../../../shared/api/contract/tournament.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, share } from "../../format/format.ts";
import { baselineText, metricOf } from "../../format/metrics.ts";

const crumb = { name: "Models", to: "/models" };

/** Which models' figures stand in the profile, on what evidence, and since when. */
export function TournamentView() {
  const { brand } = useBrand();
  const found = useAsk("tournament.read", { brand });
  const targets = found.data?.targets ?? [];
  const isNone = found.isError && found.error.code === "not_found";
  return (
    <>
      <Head title="Tournament" crumb={crumb} />
      <p className="purpose-line">
        Several models, or methods of one, answer the same question. Every week they are held beside each other and
        beside a naive forecast on what followed earlier days; the best one's figures stand in the profile.
      </p>
      {found.isPending && <Waiting label="Reading the evidence" />}
      {found.isError && !isNone && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {(isNone || (found.isSuccess && targets.length === 0)) && (
        <Empty title="Nothing was judged yet">The first run holds the candidates beside each other.</Empty>
      )}
      <div className="stack">
        {targets.map((one) => (
          <Target key={one.target} brand={brand} tournament={one} />
        ))}
      </div>
    </>
  );
}

function headline({ title, chosen, candidates, pinned, found }: Tournament): string {
  const name = candidates.find(({ candidate }) => candidate === chosen)?.title ?? chosen;
  if (pinned !== null && pinned !== chosen) return `${title}: ${name}, until the next run takes up the pin`;
  return `${title}: ${name}${chosen === found ? "" : " by a pin"}`;
}

function Target({ brand, tournament }: { brand: string; tournament: Tournament }) {
  const { candidates, reason, naive, note, fit_on, horizon_days } = tournament;
  const metrics = [
    ...new Set(candidates.flatMap(({ cuts }) => cuts.flatMap((cut) => cut.metrics.map((one) => one.metric)))),
  ];
  return (
    <Panel
      title={headline(tournament)}
      under={`${reason} Judged for ${day(fit_on)}, on the ${horizon_days} days after each cut; losses are multiples of the naive forecast's (${baselineText(naive)}), mean over the metrics of a cut`}
      tools={<Pin brand={brand} tournament={tournament} />}
    >
      {candidates.every(({ cuts }) => cuts.length === 0) ? (
        <p className="muted">{reason}</p>
      ) : (
        <div className="scroll">
          <table className="plain tournament">
            <thead>
              <tr>
                <th>Candidate</th>
                <th className="num">
                  <Term name="relative_loss">Loss</Term>
                </th>
                <th className="num">Weight</th>
                {metrics.map((name) => (
                  <th key={name} className="num">
                    <Term name={name} help={metricOf(name).help}>
                      {metricOf(name).label}
                    </Term>
                  </th>
                ))}
                <th className="num">Cuts</th>
                <th>Standing</th>
              </tr>
            </thead>
            <tbody>
              {candidates.map((one) => (
                <Row key={one.candidate} candidate={one} metrics={metrics} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {note !== null && <p className="note">{note}</p>}
      <History tournament={tournament} />
    </Panel>
  );
}

function Row({ candidate, metrics }: { candidate: TournamentCandidate; metrics: readonly string[] }) {
  const { currency } = useBrand();
  const { cuts } = candidate;
  return (
    <tr data-chosen={candidate.is_chosen}>
      <td className="medium">{candidate.title}</td>
      <td className="num" title={`Mean over the cuts: ${decimal(candidate.relative, 3)}`}>
        {cuts.map(({ cut_on, relative }) => (
          <div key={cut_on}>{decimal(relative, 3)}</div>
        ))}
      </td>
      <td className="num">{candidate.weight === null ? "" : share(candidate.weight, 0)}</td>
      {metrics.map((name) => (
        <td key={name} className="num nowrap">
          {cuts.map(({ cut_on, metrics: told }) => {
            const one = told.find(({ metric }) => metric === name);
            return (
              <div key={cut_on} title={`${day(cut_on)}: ${range(one, currency)}`}>
                {one ? metricOf(name).text(one.value, currency) : "–"}
              </div>
            );
          })}
        </td>
      ))}
      <td className="num nowrap">
        {cuts.map(({ cut_on, n }) => (
          <div key={cut_on} title={`${integer(n)} customers`}>
            {day(cut_on)}
          </div>
        ))}
      </td>
      <td>
        {candidate.is_chosen ? (
          <State tone="good">Chosen</State>
        ) : candidate.candidate === "naive" ? (
          <State tone="muted">Yardstick</State>
        ) : candidate.reason !== null ? (
          <State tone="warn">Left out: {candidate.reason}</State>
        ) : candidate.can_be_chosen ? (
          <span className="muted">Candidate</span>
        ) : (
          <State tone="muted">Only shown</State>
        )}
      </td>
    </tr>
  );
}

function range(one: { metric: string; low: number | null; high: number | null } | undefined, currency: string): string {
  if (!one || one.low === null || one.high === null) return "no interval";
  const { text } = metricOf(one.metric);
  return `${text(one.low, currency)} to ${text(one.high, currency)}`;
}

function Pin({ brand, tournament }: { brand: string; tournament: Tournament }) {
  const client = useClient();
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const before = tournament.pinned;
  const pin = (model: string | null) =>
    void client.call("tournament.pin", { brand, target: tournament.target, model }).then(
      () =>
        offerUndo(`The model of ${tournament.title.toLowerCase()} is changed.`, () =>
          client.call("tournament.pin", { brand, target: tournament.target, model: before }),
        ),
      (reason: Error) => setError(reason),
    );
  return (
    <>
      {error && <State tone="bad">{error.message}</State>}
      <label className="inline">
        <span className="muted">In the profile</span>
        <select
          className="field"
          aria-label={`Model of ${tournament.title}`}
          value={tournament.pinned ?? "auto"}
          onChange={(event) => pin(event.target.value === "auto" ? null : event.target.value)}
        >
          <option value="auto">The tournament's choice</option>
          {tournament.candidates
            .filter(({ can_be_chosen }) => can_be_chosen)
            .map(({ candidate, title }) => (
              <option key={candidate} value={candidate}>
                Pinned: {title}
              </option>
            ))}
        </select>
      </label>
    </>
  );
}

/** What was chosen from snapshot to snapshot: runs of the same choice as one line. */
function History({ tournament }: { tournament: Tournament }) {
  const { history, candidates } = tournament;
  const titleOf = (name: string) => candidates.find(({ candidate }) => candidate === name)?.title ?? name;
  const spans: { chosen: string; from: string; to: string }[] = [];
  for (const { chosen, as_of } of history) {
    const last = spans.at(-1);
    if (last?.chosen === chosen) last.from = as_of;
    else spans.push({ chosen, from: as_of, to: as_of });
  }
  if (spans.length === 0) return null;
  return (
    <p className="note">
      {spans.map(({ chosen, from, to }, at) => (
        <span key={`${from} ${chosen}`}>
          {at > 0 ? "; before, " : "In the profile: "}
          {titleOf(chosen)} {from === to ? `on ${day(from)}` : `from ${day(from)} to ${day(to)}`}
        </span>
      ))}
    </p>
  );
}
