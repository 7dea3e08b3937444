import { useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { StageSwatch } from "../../components/Stage.tsx";
import { integer, word } from "../../format/format.ts";
import "./customer.css";
import { EraseDialog } from "./EraseDialog.tsx";
import { GoldenRecord } from "./GoldenRecord.tsx";
import { History } from "./History.tsx";
import { KeyFigures } from "./KeyFigures.tsx";
import { Preferences } from "./Preferences.tsx";
import { TrustedScores } from "./TrustedScores.tsx";
import { toldTastes } from "./told-tastes.ts";

const crumb = { name: "Customers", to: "/customers" };

export function CustomerView({ id }: { id: string }) {
  const { brand, currency } = useBrand();
  const proof = useProof();
  const isTold = (column: string) => proof.isShown || !proof.isColumnDoubted(column);
  const customer = useAsk("customers.show", { brand, customer_id: id });
  const [isErasing, setIsErasing] = useState(false);
  if (customer.isPending)
    return (
      <>
        <Head title="Customer" crumb={crumb} />
        <Skeleton
          label="Reading the customer"
          figures={6}
          columns={[
            { part: 381, panels: [420, 300] },
            { part: 779, panels: [300, 420] },
          ]}
        />
      </>
    );
  if (customer.isError)
    return (
      <>
        <Head title="Customer" crumb={crumb} />
        <Failure error={customer.error} onRetry={() => void customer.refetch()} />
      </>
    );
  const { data } = customer;
  const { lifecycle_stage: stage, days_in_stage: days, value_tier: tier, rfm_code: rfm, is_suppressed } = data.profile;
  return (
    <>
      <Head
        title={data.name ?? data.customer_id}
        crumb={crumb}
        beside={
          <>
            {typeof stage === "string" && (
              <span className="chip">
                <StageSwatch stage={stage} />
                {word(stage)}
                {typeof days === "number" ? `, ${integer(days)} ${days === 1 ? "day" : "days"}` : ""}
              </span>
            )}
            {typeof tier === "string" && isTold("value_tier") && <span className="chip">{word(tier)} by value</span>}
            {typeof rfm === "string" && isTold("rfm_code") && <span className="chip">RFM {rfm}</span>}
            {is_suppressed === true && <span className="chip bad">Suppressed: must not be contacted</span>}
          </>
        }
        right={
          <button type="button" className="button quiet" onClick={() => setIsErasing(true)}>
            Erase this person…
          </button>
        }
      />
      {isErasing && <EraseDialog id={id} name={data.name ?? "this person"} onClose={() => setIsErasing(false)} />}
      <KeyFigures data={data} currency={currency} />
      <div className="customer">
        <div className="stack">
          <GoldenRecord data={data} />
          <Preferences data={toldTastes(data, isTold)} />
        </div>
        <div className="stack">
          <History data={data} currency={currency} />
          <TrustedScores scores={data.scores} currency={currency} />
        </div>
      </div>
    </>
  );
}
