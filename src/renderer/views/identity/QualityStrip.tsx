import type { Identity } from "../../../shared/api/contract/identity.ts";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, share } from "../../format/format.ts";
import { measureWords } from "./words.ts";

type Measure = Identity["measures"][number];

function text({ value, is_share }: Pick<Measure, "is_share"> & { value: number }): string {
  if (is_share) return share(value, value > 0 && value < 0.01 ? 2 : 1);
  return Number.isInteger(value) ? integer(value) : decimal(value, 1);
}

/** Measures of the joining beside what is usual. */
export function QualityStrip({ measures }: { measures: readonly Measure[] }) {
  return (
    <div className="strip low identity-strip">
      {measures.map((one) => {
        const [name, help] = measureWords[one.measure] ?? [one.measure, ""];
        const isUsual = one.value >= one.least && one.value <= one.most;
        const usual =
          one.measure === "joined_share"
            ? "depends on the sources"
            : one.least === one.most
              ? `usual: ${text({ ...one, value: one.most })}`
              : `usual: up to ${text({ ...one, value: one.most })}`;
        return (
          <div key={one.measure}>
            <div className="k">
              <Term name={one.measure} help={help}>
                {name}
              </Term>
            </div>
            <div className="v">{text(one)}</div>
            <div className="s">{isUsual ? usual : <State tone="warn">{usual}</State>}</div>
          </div>
        );
      })}
    </div>
  );
}
