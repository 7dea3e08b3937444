import type { ReactNode } from "react";
import type { Score } from "../../../shared/api/contract/customers.ts";
import { ScoreRange } from "../../charts/ScoreRange.tsx";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { dayNumber, dayText } from "../../format/days.ts";
import {
  axisText,
  chance,
  day,
  decimal,
  integer,
  money,
  reason,
  share,
  shortDay,
  unknown,
  wholeUnits,
  word,
} from "../../format/format.ts";

type Value = string | number | null;

function text(score: Score, value: Value, currency: string): string {
  if (value === null) return unknown;
  if (score.kind === "money") return money(Number(value), currency);
  if (score.kind === "share") return chance(Number(value), "share");
  if (score.kind === "date") return day(String(value));
  if (score.kind === "number") return Number.isInteger(Number(value)) ? integer(Number(value)) : decimal(Number(value));
  return word(String(value));
}

function place(score: Score, value: Value): number | null {
  if (value === null) return null;
  if (score.kind === "date") return typeof value === "number" ? value : dayNumber(value);
  return Number.isFinite(Number(value)) ? Number(value) : null;
}

function end(score: Score, value: number | null, currency: string): string {
  if (value === null) return "";
  if (score.kind === "date") return shortDay(dayText(value));
  if (score.kind === "share") return share(value, 0);
  return score.kind === "money"
    ? axisText(Math.round(wholeUnits(value, currency)))
    : axisText(Math.round(value * 10) / 10);
}

interface Props {
  readonly scores: readonly Score[];
  /** Whether its model doesn't surely beat its baseline here. */
  readonly isDoubted: (score: Score) => boolean;
  readonly currency: string;
  readonly tools?: ReactNode;
}

/** Every score with its limits, how much there was to go by, and what moved it. */
export function Scores({ scores, isDoubted, currency, tools }: Props) {
  return (
    <Panel
      title="Scores"
      tools={
        <>
          {tools}
          <span className="median-legend">median customer</span>
        </>
      }
    >
      <div className="scroll">
        <table className="plain scores">
          <thead>
            <tr>
              <th>Score</th>
              <th className="num">Value</th>
              <th className="limits">
                <Term name="limits">80 % limits</Term>
              </th>
              <th>Range</th>
              <th>Data</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {scores.map((score) => (
              <Row
                key={`${score.model} ${score.name}`}
                score={score}
                isDoubted={isDoubted(score)}
                currency={currency}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Row({ score, isDoubted, currency }: { score: Score; isDoubted: boolean; currency: string }) {
  const hasLimits = score.value !== null && score.low !== null && score.high !== null;
  const limits = hasLimits ? `(${text(score, score.low, currency)}–${text(score, score.high, currency)})` : "";
  const [low, high] = [place(score, score.low), place(score, score.high)];
  const value = place(score, score.value);
  return (
    <tr>
      <td>
        <Term name={score.name.replace(/_minor$/, "")}>{score.label}</Term>
        <div className="muted small">{score.unit ?? ""}</div>
        {isDoubted && <State tone="warn">Unproven</State>}
      </td>
      <td className="num strong">{text(score, score.value, currency)}</td>
      <td className="limits">{score.kind === "date" ? limits.replaceAll(/ \d{4}/g, "") : limits}</td>
      <td>
        {value !== null &&
        score.scale_low !== null &&
        score.scale_high !== null &&
        score.scale_high > score.scale_low ? (
          <ScoreRange
            value={value}
            limits={low !== null && high !== null ? [low, high] : null}
            median={score.median}
            scale={[score.scale_low, score.scale_high]}
            ends={[end(score, score.scale_low, currency), end(score, score.scale_high, currency)]}
          />
        ) : (
          <span className="muted">{score.value === null ? "No score" : ""}</span>
        )}
      </td>
      <td>
        {score.value === null ? (
          <State tone="muted">{score.ground === "" ? word(reason(score.reason)) : "Not enough"}</State>
        ) : score.enough_data === false ? (
          <State tone="warn" icon="half">
            Thin
          </State>
        ) : (
          <State tone="good">Enough</State>
        )}
        <div className="muted small">{score.ground}</div>
      </td>
      <td className="why">
        {score.why.slice(0, 2).map((one) => (
          <div key={`${one.effect} ${one.reason}`}>
            <b>{one.effect}</b> <span>{one.reason}</span>
          </div>
        ))}
        {score.value === null && <span className="muted">{word(reason(score.reason))}</span>}
        {score.nearest.length > 0 && <Nearest changes={score.nearest} />}
      </td>
    </tr>
  );
}

/** What would have to be otherwise for the score to stand in the band beside; the model's view, and no effect of doing it. */
function Nearest({ changes }: { changes: Score["nearest"] }) {
  return (
    <div className="nearest">
      <Term name="nearest_change">Nearest change</Term>, as the model sees it
      {changes.map(({ text: change, from, to, before, after }) => (
        <div key={change}>
          With {change}: {word(from).toLowerCase()} to <b>{word(to).toLowerCase()}</b>{" "}
          <span className="muted nowrap">
            ({chance(before, "share")} to {chance(after, "share")})
          </span>
        </div>
      ))}
    </div>
  );
}
