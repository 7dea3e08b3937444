import { decimal, integer, month } from "../format/format.ts";
import { HeatTable } from "./HeatTable.tsx";
import { heatStep } from "./heat.ts";

export interface CohortRow {
  readonly month: string;
  readonly customers: number;
  readonly rates: readonly Cell[];
}

interface Cell {
  readonly age: number;
  readonly rate: number | null;
  readonly isForecast: boolean;
  /** 80 % limits of a forecast. */
  readonly low: number | null;
  readonly high: number | null;
}

function hint({ isForecast, low, high }: Cell): string {
  if (!isForecast) return "Observed";
  return low === null || high === null
    ? "Forecast"
    : `Forecast; four in five times between ${decimal(low * 100, 1)} and ${decimal(high * 100, 1)} %`;
}

const columns = 12;

/** Retention by month of first order: a deeper cell is a greater share, a hatched one is forecast, a line between them. */
export function Cohorts({ rows }: { rows: readonly CohortRow[] }) {
  const ages = Array.from({ length: columns }, (_, at) => at + 1);
  const known = rows.flatMap(({ rates }) =>
    rates.filter(({ age }) => age > 0 && age <= columns).map(({ rate }) => rate ?? 0),
  );
  const most = Math.max(0.001, ...known);
  return (
    <HeatTable of="First order" columns={ages.map(String)}>
      {rows.map((cohort) => {
        const byAge = new Map(cohort.rates.map((one) => [one.age, one]));
        return (
          <tr key={cohort.month}>
            <th scope="row">{month(cohort.month)}</th>
            <td className="size">{integer(cohort.customers)}</td>
            {ages.map((age) => {
              const cell = byAge.get(age);
              if (!cell || cell.rate === null) return <td key={age} />;
              const isEdge = cell.isForecast && byAge.get(age - 1)?.isForecast !== true;
              return (
                <td
                  key={age}
                  data-heat={heatStep(cell.rate / most)}
                  className={`${cell.isForecast ? "forecast" : ""} ${isEdge ? "edge" : ""}`}
                  title={hint(cell)}
                >
                  {decimal(cell.rate * 100, 1)}
                </td>
              );
            })}
          </tr>
        );
      })}
    </HeatTable>
  );
}
