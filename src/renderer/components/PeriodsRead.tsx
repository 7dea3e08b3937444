import { type ReactNode, useState } from "react";
import type { Periods } from "../../shared/api/contract/periods.ts";
import type { PeriodLength } from "../../shared/domain/fiscal-calendar.ts";
import { useBrand } from "../app/BrandContext.ts";
import { useAsk } from "../client/queries.ts";
import { Panel } from "./Panel.tsx";
import { PeriodSwitch } from "./PeriodSwitch.tsx";
import { Failure, Waiting } from "./parts.tsx";

/** Asks for the retailer's fiscal periods of a length that the user changes; shows that it waits or what failed until they are there. */
export function PeriodsRead(props: {
  title: string;
  first: PeriodLength;
  children: (data: Periods, tools: ReactNode) => ReactNode;
}) {
  const { brand } = useBrand();
  const [by, setBy] = useState(props.first);
  const read = useAsk("periods.read", { brand, by });
  const tools = <PeriodSwitch by={by} onBy={setBy} />;
  if (read.data) return props.children(read.data, tools);
  return (
    <Panel title={props.title} tools={tools}>
      {read.isError ? <Failure error={read.error} onRetry={() => void read.refetch()} /> : <Waiting />}
    </Panel>
  );
}
