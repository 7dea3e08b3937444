import type { WeighedPair } from "../../../shared/api/contract/identity.ts";
import { Term } from "../../components/Term.tsx";
import { chance, decimal, signed } from "../../format/format.ts";
import { attributeWords, levelWords } from "./words.ts";

interface Step {
  readonly name: string;
  readonly level: string;
  readonly bits: number;
  readonly from: number;
  readonly to: number;
}

/** Each agreement as a step from where the last one ended, in bits: to the right speaks for one person. */
export function weightSteps(pair: WeighedPair): Step[] {
  const parts = [
    { name: "Before anything is compared", level: "how rare a match is", bits: pair.prior_bits },
    ...pair.weights
      .filter(({ level }) => level !== "not known")
      .map(({ name, level, bits }) => ({ name: attributeWords[name] ?? name, level: levelWords(level), bits })),
    ...(pair.household_bits < -0.05
      ? [{ name: "Two of one household", level: "would agree as well", bits: pair.household_bits }]
      : []),
  ];
  let at = 0;
  return parts.map(({ name, level, bits }) => {
    const from = at;
    at += bits;
    return { name, level, bits, from, to: at };
  });
}

export function WeightBars({ pair }: { pair: WeighedPair }) {
  const steps = weightSteps(pair);
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const place = (value: number) => ((value - low) / Math.max(1e-9, high - low)) * 100;
  return (
    <table className="plain tight weights">
      <thead>
        <tr>
          <th>Agreement</th>
          <th>
            <span className="sr">How they agree</span>
          </th>
          <th className="num">
            <Term name="match_weight">Bits</Term>
          </th>
          <th>
            <span className="sr">Drawn</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ name, level, bits, from, to }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="ink2 small">{level}</td>
            <td className="num">{signed(decimal(bits, 1), bits)}</td>
            <td className="drawn">
              <span className="zero" style={{ left: `${place(0)}%` }} />
              <span
                className={bits < 0 ? "down" : "up"}
                style={{
                  left: `${place(Math.min(from, to))}%`,
                  width: `${Math.max(0.6, Math.abs(place(to) - place(from)))}%`,
                }}
              />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">One person</th>
          <td />
          <td className="num strong">{chance(pair.probability, "share")}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  );
}
