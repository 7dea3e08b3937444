import type { OfferTest } from "../../../../shared/api/contract/offers.ts";
import { Panel } from "../../../components/Panel.tsx";
import { Term } from "../../../components/Term.tsx";
import { integer, share, unknown } from "../../../format/format.ts";
import { effectPoints } from "../words.ts";

interface Props {
  readonly test: OfferTest;
  readonly isNeeded: boolean;
  readonly isBusy: boolean;
  readonly onCreate: () => void;
}

/** The experiment that would tell what the price cuts do, one click from being a campaign. */
export function TestPanel({ test, isNeeded, isBusy, onCreate }: Props) {
  const { variants, in_variant, kept_out, holdout, days, detectable, expected, is_enough, customers_needed } = test;
  return (
    <Panel
      title={isNeeded ? "Test first" : "Test the other depths"}
      under="Drawn at random over the same audience, judged by who buys"
      tools={
        <button
          type="button"
          className={isNeeded ? "button primary" : "button"}
          disabled={isBusy || in_variant === 0}
          onClick={onCreate}
        >
          Create test
        </button>
      }
    >
      <table className="plain">
        <tbody>
          {variants.map(({ variant }) => (
            <tr key={variant}>
              <td className="medium">{variant.replace("off-", "")} % off everything</td>
              <td className="num">{integer(in_variant)} customers</td>
            </tr>
          ))}
          <tr>
            <td className="medium">
              <Term name="kept_out">Kept out</Term>
            </td>
            <td className="num">
              {integer(kept_out)} customers, {share(holdout, 0)}
            </td>
          </tr>
        </tbody>
      </table>
      <p className="ink2 note">
        After {integer(days)} days each depth shows a rise of {detectable === null ? unknown : effectPoints(detectable)}{" "}
        in four of five such tests
        {expected > 0 && `; ${effectPoints(expected)} is what the deepest cut is taken to add`}.{" "}
        {is_enough
          ? "That is enough."
          : customers_needed === null
            ? "Nothing is known of its effect, so whatever shows is news."
            : `For that it would take ${integer(customers_needed)} customers: widen the audience, or allow fewer depths.`}
      </p>
    </Panel>
  );
}
