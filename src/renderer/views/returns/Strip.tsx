import type { Returns } from "../../../shared/api/contract/returns.ts";
import { useProof } from "../../client/use-proof.ts";
import { Term } from "../../components/Term.tsx";
import { decimal, exactMoney, integer, money, share, signed, unknown } from "../../format/format.ts";
import { customersWith } from "./audience.ts";

/** The rate of twelve months, what is open, what of it comes back, and who sends back often. */
export function Strip({ data }: { data: Returns }) {
  const proof = useProof();
  const isDoubted = proof.isModelDoubted("return_risk");
  const byRate = isDoubted && !proof.isShown;
  const { currency, settled, returned, settled_before, returned_before } = data;
  const at_risk = byRate ? data.at_risk_by_rate : data.at_risk;
  const expected_returns = byRate ? data.expected_by_rate : data.expected_returns;
  const rate = settled > 0 ? returned / settled : null;
  const before = settled_before > 0 ? returned_before / settled_before : null;
  const change = rate === null || before === null ? null : (rate - before) * 100;
  return (
    <div className="strip low">
      <div>
        <div className="k">
          <Term name="return_rate">Return rate, of lines</Term>
        </div>
        <div className="v">{share(rate)}</div>
        <div className="s">
          {change === null || before === null ? (
            "12 months"
          ) : (
            <>
              <span className={`medium ${change > 0 ? "worse" : "better"}`}>
                {signed(`${decimal(change, 1)} pp`, change)}
              </span>{" "}
              on {share(before)}
            </>
          )}
        </div>
      </div>
      <div>
        <div className="k">Sent back, {currency}</div>
        <div className="v" title={exactMoney(data.refunded_minor, currency)}>
          {money(data.refunded_minor, currency, true)}
        </div>
        <div className="s">{integer(returned)} lines in 12 months</div>
      </div>
      <div>
        <div className="k">
          <Term name="open_line">Open lines</Term>
        </div>
        <div className="v">{integer(data.open_lines)}</div>
        <div className="s">of {integer(data.open_customers)} customers</div>
      </div>
      <div>
        <div className="k">
          <Term name={byRate ? "at_risk_by_rate" : "at_risk"}>Expected back, {currency}</Term>
        </div>
        <div className="v" title={exactMoney(at_risk?.value, currency)}>
          {at_risk ? money(at_risk.value, currency, true) : unknown}{" "}
          {at_risk && at_risk.low !== null && at_risk.high !== null && (
            <small className="limits">
              ({money(at_risk.low, currency, true)}–{money(at_risk.high, currency, true)})
            </small>
          )}
        </div>
        <div className="s">
          of {money(data.open_minor, currency, true)} open
          {byRate && ", by rate"}
          {isDoubted && !byRate && ", unproven"}
        </div>
      </div>
      <div>
        <div className="k">Returns to come</div>
        <div className="v">
          {expected_returns ? integer(expected_returns.value) : unknown}{" "}
          {expected_returns && expected_returns.low !== null && expected_returns.high !== null && (
            <small className="limits">
              ({integer(expected_returns.low)}–{integer(expected_returns.high)})
            </small>
          )}
        </div>
        <div className="s">
          {data.unclear_lines > 0 ? `${integer(data.unclear_lines)} lines unclear` : "of open lines"}
          {byRate && ", by rate"}
          {isDoubted && !byRate && ", unproven"}
        </div>
      </div>
      <div>
        <div className="k">
          <Term name="serial_returner">Serial returners</Term>
        </div>
        <div className="v">
          {data.serial_returners > 0 && data.serial_from !== null ? (
            <a href={customersWith({ field: "return_rate_low", operator: ">=", value: data.serial_from })} data-route>
              {integer(data.serial_returners)}
            </a>
          ) : (
            integer(data.serial_returners)
          )}
        </div>
        <div className="s">{data.serial_from === null ? "" : `surely above ${share(data.serial_from)}`}</div>
      </div>
    </div>
  );
}
