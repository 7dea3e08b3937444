import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { Term } from "../../components/Term.tsx";
import { integer, money, share, signed, word } from "../../format/format.ts";

/** Each stage with its colour above: size, change, what is expected of it and how long people have been in it. */
export function StageStrip({ data }: { data: Lifecycle }) {
  return (
    <div className="strip stages">
      {data.stages.map((stage) => {
        const change = stage.customers_before === null ? null : stage.customers - stage.customers_before;
        return (
          <div key={stage.stage}>
            <i
              className={stage.stage === "prospect" ? "top dashed" : "top"}
              style={stage.stage === "prospect" ? undefined : { background: `var(--${stage.stage})` }}
            />
            <div className="k row">
              <Term name="lifecycle_stage">{word(stage.stage)}</Term>
              <span className="muted">{share(stage.share)}</span>
            </div>
            <div className="v">
              {integer(stage.customers)}{" "}
              <small>{change === null || change === 0 ? "" : signed(integer(change), change)}</small>
            </div>
            <div className="s row">
              <span>
                {stage.value ? (
                  <>
                    {data.currency} <b>{money(stage.value.value, data.currency, true)}</b>
                  </>
                ) : (
                  ""
                )}
              </span>
              <span>
                {stage.days_in_stage !== null
                  ? `in stage ${integer(stage.days_in_stage)} d`
                  : stage.stage === "prospect"
                    ? "no purchase yet"
                    : ""}
              </span>
            </div>
          </div>
        );
      })}
    </div>
  );
}
