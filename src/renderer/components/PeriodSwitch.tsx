import { type PeriodLength, periodLengths } from "../../shared/domain/fiscal-calendar.ts";

const names: Readonly<Record<PeriodLength, string>> = { period: "Period", quarter: "Quarter", year: "Year" };

/** By what length of the retailer's fiscal calendar a panel sums up. */
export function PeriodSwitch({ by, onBy }: { by: PeriodLength; onBy: (by: PeriodLength) => void }) {
  return (
    <fieldset className="segmented" aria-label="Sum up by">
      {periodLengths.map((one) => (
        <button key={one} type="button" aria-pressed={one === by} onClick={() => onBy(one)}>
          {names[one]}
        </button>
      ))}
    </fieldset>
  );
}
