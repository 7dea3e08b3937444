import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { minorDigits } from "../../../../shared/base/money.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { go, useRoute } from "../../../app/route.ts";
import { useClient } from "../../../client/ClientProvider.tsx";
import { useAsk } from "../../../client/queries.ts";
import { useDraft } from "../../../client/use-draft.ts";
import { useNeeded } from "../../../client/use-needed.ts";
import { useProof } from "../../../client/use-proof.ts";
import { Failure, Head, Waiting } from "../../../components/parts.tsx";
import { State } from "../../../components/State.tsx";
import { Term } from "../../../components/Term.tsx";
import { integer, money, share } from "../../../format/format.ts";
import { nameTyped } from "../plan.ts";
import { useSettled } from "../use-settled.ts";
import { effectMoney } from "../words.ts";
import { BudgetPanel } from "./BudgetPanel.tsx";
import { ComparePanel } from "./ComparePanel.tsx";
import { GroupsTable, RowsTable } from "./OfferTables.tsx";
import { basisText, emptyOffers, type OfferForm, offerInput, offerProblem } from "./offer-form.ts";
import { TermsPanel } from "./TermsPanel.tsx";
import { TestPanel } from "./TestPanel.tsx";
import "./offers.css";

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/i;
const holdout = 0.1;
/** Models whose scores a plan is worked out from. */
const read = ["purchase_propensity", "discount_affinity", "product_affinity", "return_rate", "net_value"];

/** Whom to offer what within a budget: the plan changes as its terms do, and becomes a campaign. */
export function OffersView({ names }: { names: readonly string[] }) {
  const { brand, currency } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const proof = useProof();
  const { params } = useRoute();
  const asked = params.get("segment");
  const [form, setForm, forget] = useDraft<OfferForm>(`offers of ${brand} for ${asked}`, {
    ...emptyOffers,
    segment: asked ?? "",
  });
  const [name, setName] = useState("");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const needed = useNeeded(name);
  const settled = useSettled(form, 250);
  const digits = minorDigits(currency);
  const isSound = offerProblem(settled) === null;
  const plan = useAsk("offers.plan", offerInput(brand, settled, digits), { enabled: isSound, keep: true });
  const unlimited = offerInput(brand, { ...settled, budget: null, contacts: null }, digits);
  const test = useAsk("offers.test", unlimited, { enabled: isSound && plan.data !== undefined, keep: true });
  const problem =
    offerProblem(form) ??
    (name !== "" && !namePattern.test(name)
      ? "A name has letters, digits, - and _, and no spaces."
      : names.includes(name)
        ? `There is a campaign ${name} already.`
        : needed.isMissed
          ? "Name the campaign first."
          : null);
  const create = async (make: () => Promise<unknown>) => {
    setError(null);
    setIsBusy(true);
    try {
      await make();
      await queries.invalidateQueries({ queryKey: ["campaigns.list"] });
      forget();
      go(`/campaigns/${name}`);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setIsBusy(false);
    }
  };
  const createPlan = () =>
    create(() => client.call("offers.create", { ...offerInput(brand, form, digits), campaign: name, holdout }));
  const createTest = () => {
    const { data } = test;
    if (!data) return;
    const { segment, cap } = offerInput(brand, form, digits);
    const whom = segment === undefined ? { definition: { sql: "order_count >= 1" } } : { segment };
    const { variants, holdout: kept, goal, days } = data;
    const input = { brand, campaign: name, ...whom, ...(cap ? { cap } : {}), variants, holdout: kept, goal, days };
    void create(() => client.call("campaigns.create", input));
  };
  const found = plan.data;
  const doubted = read.filter(proof.isModelDoubted);
  return (
    <>
      <Head
        title="Plan offers"
        crumb={{ name: "Campaigns", to: "/campaigns" }}
        right={
          <>
            <input
              className="field"
              ref={needed.field}
              aria-label="Name of the campaign"
              placeholder="Name of the campaign"
              maxLength={63}
              value={name}
              onChange={(event) => setName(nameTyped(event.target.value))}
            />
            <button
              type="button"
              className="button primary"
              disabled={(problem !== null && !needed.isMissed) || isBusy || !found || found.contacts === 0}
              onClick={() => needed.ask(() => void createPlan())}
            >
              {found && found.contacts > 0 ? `Create campaign of ${integer(found.contacts)}` : "Create campaign"}
            </button>
          </>
        }
      />
      {problem && (
        <p className="problem" role="status">
          {problem}
        </p>
      )}
      {error && <Failure error={error} />}
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {!found && !plan.error && <Waiting label="Working out the offers" />}
      {found && (
        <>
          <p className="basis">
            <State tone={found.basis === "experiment" ? "good" : "warn"}>{basisText(found)}</State>
          </p>
          {doubted.length > 0 && (
            <p className="basis">
              <State tone="warn">
                Rests on what isn't proven on this retailer's data: {doubted.map(proof.titleOf).join(", ")}
              </State>
            </p>
          )}
          <Strip plan={found} isWaiting={plan.isFetching} />
          <div className="campaign">
            <div>
              <ComparePanel plan={found} />
              {found.groups.length > 0 && <GroupsTable plan={found} />}
            </div>
            <div>
              <BudgetPanel plan={found} budget={form.budget} onBudget={(budget) => setForm({ ...form, budget })} />
              <TermsPanel form={form} onForm={setForm} plan={found} />
              {test.data && (
                <TestPanel
                  test={test.data}
                  isNeeded={found.basis !== "experiment"}
                  isBusy={isBusy || (problem !== null && !needed.isMissed)}
                  onCreate={() => needed.ask(createTest)}
                />
              )}
            </div>
          </div>
          {found.rows.length > 0 && (
            <div className="below">
              <RowsTable plan={found} />
            </div>
          )}
        </>
      )}
    </>
  );
}

function Strip({ plan, isWaiting }: { plan: OfferPlan; isWaiting: boolean }) {
  const { currency } = useBrand();
  const { expected, contacts, considered, spend_minor, given_away_minor, extra_purchases, extra_revenue_minor } = plan;
  return (
    <div className="strip low" data-waiting={isWaiting}>
      <div>
        <div className="k">Offers</div>
        <div className="v">{integer(contacts)}</div>
        <div className="s">of {integer(considered)} who may be reached</div>
      </div>
      <div>
        <div className="k">Margin added, {currency}</div>
        <div className="v">{effectMoney(expected.value, currency)}</div>
        <div className="s">
          {contacts > 0
            ? `${effectMoney(expected.low, currency)} to ${effectMoney(expected.high, currency)}, 80 %`
            : "no offer is worth it"}
        </div>
      </div>
      <div>
        <div className="k">
          <Term name="given_away">Given away</Term>, {currency}
        </div>
        <div className="v">{money(given_away_minor, currency)}</div>
        <div className="s">to those who buy anyway</div>
      </div>
      <div>
        <div className="k">Cost, {currency}</div>
        <div className="v">{money(spend_minor, currency)}</div>
        <div className="s">
          {spend_minor > 0 ? `${share(given_away_minor / spend_minor, 0)} of it given away` : "nothing spent"}
        </div>
      </div>
      <div>
        <div className="k">Purchases added</div>
        <div className="v">{integer(extra_purchases)}</div>
        <div className="s">
          {currency} {money(extra_revenue_minor, currency)} of revenue
        </div>
      </div>
    </div>
  );
}
