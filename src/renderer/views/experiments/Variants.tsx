import type { ExperimentComparison, ExperimentVariant } from "../../../shared/api/contract/experiments.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { decimal, integer, seconds, share } from "../../format/format.ts";
import { useParamWords } from "./use-param-words.ts";
import { gainText } from "./words.ts";

interface Props {
  readonly brand: string;
  readonly variants: readonly ExperimentVariant[];
  readonly comparisons: readonly ExperimentComparison[];
  readonly chosen: string | null;
  readonly onChoose: (variant: string) => void;
}

/** The variants of a sweep: how each does on its main metrics and what it cost; one is looked at. */
export function Variants({ brand, variants, comparisons, chosen, onChoose }: Props) {
  const { variantName } = useParamWords(brand);
  const of = (variant: string) => comparisons.find((one) => one.variant === variant);
  const best = variants.find(({ variant }) => variant === bestOf(comparisons));
  return (
    <Panel
      title={best ? `“${variantName(best)}” does best on its main metric` : `${integer(variants.length)} variants`}
      under="Mean gain of the main metric over the current snapshot's at the same cuts; positive is better"
    >
      <div className="scroll">
        <table className="plain variants">
          <thead>
            <tr>
              <th>Variant</th>
              <th className="num">Gain</th>
              <th className="said">Comes to</th>
              <th className="num">Change stage</th>
              <th className="num">Change tier</th>
              <th className="num">Reused</th>
              <th className="num">Took</th>
            </tr>
          </thead>
          <tbody>
            {variants.map((one) => {
              const { variant, cost } = one;
              const found = of(variant);
              const changed = (column: string) => found?.changes.find((one) => one.column === column)?.changed;
              return (
                <tr key={variant} data-chosen={variant === chosen}>
                  <td>
                    <button
                      type="button"
                      className="step-name"
                      aria-pressed={variant === chosen}
                      onClick={() => onChoose(variant)}
                    >
                      <span title={variant}>{variantName(one)}</span>
                    </button>
                  </td>
                  <td className="num">{gainOf(found)}</td>
                  <td className="said">{found ? gainText(found.metrics) : <State tone="muted">Not run yet</State>}</td>
                  <td className="num">{integer(changed("lifecycle_stage"))}</td>
                  <td className="num">{integer(changed("value_tier"))}</td>
                  <td className="num">{cost ? share(cost.reused / Math.max(1, cost.tasks), 0) : "–"}</td>
                  <td className="num nowrap">{cost ? seconds(cost.seconds) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function meanGain(comparison: ExperimentComparison | undefined): number | null {
  const gains = (comparison?.metrics ?? []).flatMap(({ is_main, gain }) => (is_main && gain !== null ? [gain] : []));
  return gains.length === 0 ? null : gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
}

function gainOf(comparison: ExperimentComparison | undefined): string {
  const gain = meanGain(comparison);
  return gain === null ? "–" : `${gain > 0 ? "+" : ""}${decimal(gain, 4)}`;
}

/** The variant whose main metrics gain most; null where none gains. */
export function bestOf(comparisons: readonly ExperimentComparison[]): string | null {
  const judged = comparisons.flatMap((one) => {
    const gain = meanGain(one);
    return gain === null || gain <= 0 ? [] : [{ variant: one.variant, gain }];
  });
  return judged.sort((a, b) => b.gain - a.gain)[0]?.variant ?? null;
}
