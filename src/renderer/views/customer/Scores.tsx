import type { Score } from "../../../shared/api/contract/customers.ts";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, money, reason, share, unknown, word } from "../../format/format.ts";

function text(score: Score, value: string | number | null, currency: string): string {
  if (value === null) return unknown;
  if (score.kind === "money") return money(Number(value), currency);
  if (score.kind === "share") return share(Number(value), 0);
  if (score.kind === "date") return day(String(value));
  if (score.kind === "number") return Number.isInteger(Number(value)) ? integer(Number(value)) : decimal(Number(value));
  return word(String(value));
}

const epochDay = (value: string | number | null) =>
  value === null ? null : typeof value === "number" ? value : Date.parse(value) / 86_400_000;

function Range({ score }: { score: Score }) {
  const [value, low, high] = [score.value, score.low, score.high].map((one) =>
    score.kind === "date" ? epochDay(one) : one === null ? null : Number(one),
  );
  const { scale_low: from, scale_high: to, median } = score;
  if (value === null || value === undefined || Number.isNaN(value) || from === null || to === null || to <= from)
    return null;
  const x = (at: number) => 4 + Math.min(1, Math.max(0, (at - from) / (to - from))) * 112;
  return (
    <svg width="120" height="18" aria-hidden="true">
      <rect x="4" y="7.500" width="112" height="3" rx="1.500" fill="var(--hair)" />
      {low !== null && low !== undefined && high !== null && high !== undefined && (
        <rect x={x(low)} y="5" width={Math.max(2, x(high) - x(low))} height="8" rx="2" fill="var(--band)" />
      )}
      {median !== null && (
        <line x1={x(median)} x2={x(median)} y1="2" y2="16" stroke="var(--ink-3)" strokeWidth="1.500" />
      )}
      <circle cx={x(value)} cy="9" r="4" fill="var(--c1)" />
    </svg>
  );
}

/** Every score with its limits, how much there was to go by, and what moved it. */
export function Scores({ scores, currency }: { scores: readonly Score[]; currency: string }) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Score</th>
          <th className="num">Value</th>
          <th>80 % limits</th>
          <th>Range</th>
          <th>Data</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {scores.map((score) => (
          <tr key={`${score.model} ${score.name}`}>
            <td>
              <Term name={score.name.replace(/_minor$/, "")}>{score.label}</Term>
              <div className="muted" style={{ fontSize: 11.5 }}>
                {score.kind === "money" ? currency : (score.unit ?? "")}
              </div>
            </td>
            <td className="num strong">{text(score, score.value, currency)}</td>
            <td className="muted">
              {score.low === null || score.high === null
                ? ""
                : `(${text(score, score.low, currency)}–${text(score, score.high, currency)})`}
            </td>
            <td>{score.value === null ? <span className="muted">No score</span> : <Range score={score} />}</td>
            <td>
              {score.value === null ? (
                <span className="muted">○ {reason(score.reason)}</span>
              ) : score.enough_data === false ? (
                <span className="warn">◐ Thin</span>
              ) : (
                <span className="good">✓ Enough</span>
              )}
              <div className="muted" style={{ fontSize: 11.5 }}>
                {score.ground}
              </div>
            </td>
            <td style={{ fontSize: 12 }}>
              {score.why.slice(0, 2).map((one) => (
                <div key={one.reason}>
                  <b>{one.effect}</b> <span className="ink2">{one.reason}</span>
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
