import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Failure } from "../../components/parts.tsx";
import { Calendar } from "./Calendar.tsx";
import { NightPanel } from "./NightPanel.tsx";

const shownDays = 28;

/** What was expected night by night, what came, and how the nightly jobs ended. */
export function Nights() {
  const { brand } = useBrand();
  const calendar = useAsk("nightly.calendar", { brand, days: shownDays }, { every: 60_000 });
  const nights = useAsk("nightly.list", { brand, limit: 60 });
  const settings = useAsk("nightly.settings", { brand });
  const error = calendar.error ?? nights.error ?? settings.error;
  if (error) return <Failure error={error} />;
  if (!calendar.data || !nights.data || !settings.data) return null;
  return (
    <>
      {calendar.data.sources.length > 0 && <Calendar calendar={calendar.data} nights={nights.data.nights} />}
      <NightPanel settings={settings.data} nights={nights.data.nights} />
    </>
  );
}
