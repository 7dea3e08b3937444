import type { Returns } from "../../../shared/api/contract/returns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Proven } from "../../components/Proven.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { day, integer } from "../../format/format.ts";
import { BandsPanel } from "./BandsPanel.tsx";
import { CheckPanel } from "./CheckPanel.tsx";
import { DriversPanel } from "./DriversPanel.tsx";
import { GroupsPanel } from "./GroupsPanel.tsx";
import { LinesPanel } from "./LinesPanel.tsx";
import { RefundsPanel } from "./RefundsPanel.tsx";
import { ReturnersPanel } from "./ReturnersPanel.tsx";
import { Strip } from "./Strip.tsx";
import "./returns.css";

export function ReturnsView() {
  const { brand } = useBrand();
  const returns = useAsk("returns.read", { brand });
  if (returns.isPending)
    return (
      <>
        <Head title="Returns" />
        <Skeleton
          label="Reading returns"
          figures={6}
          isLow
          columns={[
            { part: 7, panels: [236, 358, 300] },
            { part: 5, panels: [304, 372] },
          ]}
        />
      </>
    );
  if (returns.isError)
    return (
      <>
        <Head title="Returns" />
        {returns.error.code === "not_found" ? (
          <Empty
            title="No returns yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            The risk of lines whose return window is open, what drives it and where returns come from stand here after
            the first run.
          </Empty>
        ) : (
          <Failure error={returns.error} onRetry={() => void returns.refetch()} />
        )}
      </>
    );
  return <Body data={returns.data} />;
}

const bases: Readonly<Record<string, string>> = { brand: "as set", observed: "as observed", default: "by default" };

function Body({ data }: { data: Returns }) {
  return (
    <>
      <Head
        title="Returns"
        right={
          <>
            <span className="fact">
              As of <b>{day(data.as_of)}</b>
            </span>
            {data.window_days !== null && (
              <span className="fact">
                Window{" "}
                <b>
                  {integer(data.window_days)} days, {bases[data.window_basis ?? ""] ?? data.window_basis}
                </b>
              </span>
            )}
          </>
        }
      />
      {data.reason === null ? <Panels data={data} /> : <Nothing reason={data.reason} />}
    </>
  );
}

const nothing: Readonly<Record<string, readonly [title: string, text: string, to: string, action: string]>> = {
  no_returns_source: [
    "No source tells of returns",
    "Rates, the risk of open lines and serial returners stand here once one does: a file of returns, refunded amounts, or negative lines.",
    "/sources/add",
    "Add source",
  ],
  never_bought: ["Nobody has bought yet", "Returns stand here once orders do.", "/sources", "Open Sources"],
  not_scored: [
    "This snapshot has no return risk",
    "It was made before returns were modelled, or without that model. The next run scores every open line.",
    "/runs",
    "Open Runs",
  ],
};

function Nothing({ reason }: { reason: string }) {
  const [title, text, to, action] = nothing[reason] ?? [
    "Nothing is known of returns",
    reason,
    "/sources",
    "Open Sources",
  ];
  return (
    <Empty
      title={title}
      action={
        <a className="button primary" href={to} data-route>
          {action}
        </a>
      }
    >
      {text}
    </Empty>
  );
}

function Panels({ data }: { data: Returns }) {
  const proof = useProof();
  const isHidden = !proof.isShown && proof.isModelDoubted("return_risk");
  return (
    <>
      <Strip data={data} />
      <div className="returns">
        <div>
          <Proven model="return_risk" what="Risk of open lines">
            <BandsPanel data={data} />
          </Proven>
          <GroupsPanel data={data} />
          {!isHidden && <RefundsPanel />}
          {!isHidden && <LinesPanel data={data} />}
        </div>
        <div>
          {!isHidden && <DriversPanel data={data} />}
          {!isHidden && <CheckPanel data={data} />}
          <ReturnersPanel data={data} />
          {isHidden && <RefundsPanel />}
        </div>
      </div>
    </>
  );
}
