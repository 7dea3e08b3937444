import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ExplainedPair, IdentitySide } from "../../../shared/api/contract/identity.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { SourceName } from "../../components/SourceName.tsx";
import { countOf, day, integer, money, word } from "../../format/format.ts";
import { EffectDialog } from "./EffectDialog.tsx";
import { WeightBars } from "./WeightBars.tsx";
import { ruleWords } from "./words.ts";

/** Two customers side by side, or the records of one, with why, and what can be said of them. */
export function PairPanel({ a, b }: { a: string; b: string }) {
  const { brand } = useBrand();
  const found = useAsk("identity.explain", { brand, a, b });
  if (found.isPending)
    return (
      <Panel title="Comparing">
        <Waiting label="Comparing" />
      </Panel>
    );
  if (found.isError)
    return (
      <Panel title="Not compared" tools={<Close />}>
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      </Panel>
    );
  return found.data.is_joined ? <One key={a} data={found.data} /> : <Two key={`${a} ${b}`} data={found.data} />;
}

function Close() {
  return (
    <button type="button" className="button quiet" onClick={() => go("/identity")}>
      Close
    </button>
  );
}

function nameOf({ name, customer_id }: IdentitySide): string {
  return name ?? customer_id.slice(0, 8);
}

function Two({ data }: { data: ExplainedPair }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [isJoining, setIsJoining] = useState(false);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [one, other] = data.sides;
  if (!one || !other) return null;
  const two = { brand, a: one.customer_id, b: other.customer_id };
  const label = (is_one_person: boolean) =>
    client.call("identity.label", { ...two, is_one_person }).then(
      () => queries.invalidateQueries({ queryKey: ["identity.read"] }),
      (reason: Error) => setError(reason),
    );
  const [best] = data.pairs;
  return (
    <Panel title={`${nameOf(one)} and ${nameOf(other)}`} under="Two customers today" tools={<Close />}>
      <div className="sides">
        <Side side={one} />
        <Side side={other} />
      </div>
      {best ? (
        <WeightBars pair={best} />
      ) : (
        <p className="muted">No record of the one shares enough with a record of the other to be weighed.</p>
      )}
      {error && <Failure error={error} />}
      <div className="actions">
        <button type="button" className="button primary" onClick={() => setIsJoining(true)}>
          Join…
        </button>
        <button type="button" className="button" onClick={() => void label(false)}>
          Two people
        </button>
        <button type="button" className="button" onClick={() => void label(true)}>
          Same person, only note it
        </button>
      </div>
      <p className="note">
        Notes measure the matching and change nothing. A join holds from the next run on and can be undone.
      </p>
      {isJoining && <EffectDialog ask={{ kind: "join", input: two }} onClose={() => setIsJoining(false)} />}
    </Panel>
  );
}

function Side({ side }: { side: IdentitySide }) {
  const { currency } = useBrand();
  return (
    <div>
      <a href={`/customers/${side.customer_id}`} data-route className="strong">
        {nameOf(side)}
      </a>
      <div className="ink2 small">
        {countOf(side.order_count, "order")}, {currency} {money(side.revenue_minor, currency)}
        {side.lifecycle_stage === null ? "" : `, ${word(side.lifecycle_stage).toLowerCase()}`}
      </div>
      {side.last_order_on !== null && <div className="ink2 small">Last bought {day(side.last_order_on)}</div>}
      <Records side={side} />
    </div>
  );
}

function Records({ side }: { side: IdentitySide }) {
  return (
    <ul className="records">
      {side.records.slice(0, 8).map((one) => (
        <li key={`${one.key_space} ${one.source_record_id}`} className="small">
          <span className="mono clip">{one.source_record_id}</span>{" "}
          <span className="muted">{ruleWords[one.rule] ?? word(one.rule)}</span>
        </li>
      ))}
      {side.records.length > 8 && <li className="small muted">and {integer(side.records.length - 8)} more</li>}
    </ul>
  );
}

function One({ data }: { data: ExplainedPair }) {
  const { brand } = useBrand();
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [isSplitting, setIsSplitting] = useState(false);
  const [side] = data.sides;
  if (!side) return null;
  const key = (one: { key_space: string; source_record_id: string }) => `${one.key_space} ${one.source_record_id}`;
  const chosen = side.records.filter((one) => out.has(key(one)));
  const turn = (name: string) => {
    const next = new Set(out);
    if (!next.delete(name)) next.add(name);
    setOut(next);
  };
  const [best] = data.pairs.toReversed();
  const records = chosen.map(({ key_space, source_record_id }) => ({ key_space, source_record_id }));
  return (
    <Panel
      title={`${nameOf(side)}: ${integer(side.records.length)} records joined`}
      under="Choose the records that are somebody else's to split them off"
      tools={<Close />}
    >
      <div className="scroll">
        <table className="plain tight">
          <thead>
            <tr>
              <th>
                <span className="sr">Split off</span>
              </th>
              <th>Record</th>
              <th>Source</th>
              <th>Joined by</th>
            </tr>
          </thead>
          <tbody>
            {side.records.map((one) => (
              <tr key={key(one)}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Split off ${one.source_record_id}`}
                    checked={out.has(key(one))}
                    onChange={() => turn(key(one))}
                  />
                </td>
                <td className="mono clip" title={one.source_record_id}>
                  {one.source_record_id}
                </td>
                <td className="clip">
                  <SourceName source={one.sources} />
                </td>
                <td className="ink2 small">{ruleWords[one.rule] ?? word(one.rule)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {best && (
        <>
          <h3 className="under">
            Least alike of its pairs: {best.a.source_record_id} and {best.b.source_record_id}
          </h3>
          <WeightBars pair={best} />
        </>
      )}
      <div className="actions">
        <button
          type="button"
          className="button primary"
          disabled={chosen.length === 0 || chosen.length === side.records.length}
          onClick={() => setIsSplitting(true)}
        >
          Split off {chosen.length > 0 ? integer(chosen.length) : ""}…
        </button>
        <a className="button" href={`/customers/${side.customer_id}`} data-route>
          Open customer
        </a>
      </div>
      {isSplitting && (
        <EffectDialog
          ask={{ kind: "split", input: { brand, customer_id: side.customer_id, records } }}
          onClose={() => setIsSplitting(false)}
        />
      )}
    </Panel>
  );
}
