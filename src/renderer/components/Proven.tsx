import type { ReactNode } from "react";
import { useProof } from "../client/use-proof.ts";
import { Panel } from "./Panel.tsx";
import { ShowUnproven } from "./ShowUnproven.tsx";
import { State } from "./State.tsx";

interface Props {
  readonly model: string;
  /** What stands here, for the place of what is hidden. */
  readonly what: string;
  readonly span?: string;
  readonly children: ReactNode;
}

/** What rests on one model: in its place a word and a switch where the model isn't proven on this retailer's data, with a label where it
 *  is shown all the same. */
export function Proven({ model, what, span = "", children }: Props) {
  const proof = useProof();
  if (!proof.isModelDoubted(model)) return children;
  if (proof.isShown)
    return (
      <div className={`doubted ${span}`}>
        <p className="doubt">
          <State tone="warn">Unproven: {proof.titleOf(model)} isn't surely better than its baseline here</State>
          <ShowUnproven proof={proof} />
        </p>
        {children}
      </div>
    );
  return (
    <Panel title={`${what}: not shown`} span={span} tools={<ShowUnproven proof={proof} />}>
      <p className="muted">
        {proof.titleOf(model)} isn't surely better than its baseline on this retailer's data.{" "}
        <a href={`/models/${model}`} data-route>
          Its card
        </a>{" "}
        has the evidence.
      </p>
    </Panel>
  );
}
