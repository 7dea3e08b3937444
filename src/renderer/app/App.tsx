import { useEffect, useState } from "react";
import { useAsk } from "../client/queries.ts";
import { Failure, Waiting } from "../components/parts.tsx";
import { readDensity } from "../table/use-row-height.ts";
import { CustomerView } from "../views/customer/CustomerView.tsx";
import { CustomersView } from "../views/customers/CustomersView.tsx";
import { LifecycleView } from "../views/lifecycle/LifecycleView.tsx";
import { ModelsView } from "../views/models/ModelsView.tsx";
import { OverviewView } from "../views/overview/OverviewView.tsx";
import { PreferencesView } from "../views/preferences/PreferencesView.tsx";
import { RunsView } from "../views/runs/RunsView.tsx";
import { SegmentsView } from "../views/segments/SegmentsView.tsx";
import { SettingsView } from "../views/settings/SettingsView.tsx";
import { SourcesView } from "../views/sources/SourcesView.tsx";
import { SqlView } from "../views/sql/SqlView.tsx";
import { StartView } from "../views/start/StartView.tsx";
import { BrandContext } from "./BrandContext.ts";
import { go, useRoute } from "./route.ts";
import { Shell } from "./Shell.tsx";

export function App() {
  const { parts } = useRoute();
  const status = useAsk("workspace.status", {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const settings = useAsk("settings.read", {});
  const look = settings.data?.values.look;
  useEffect(() => applyLook(typeof look === "string" ? look : "system"), [look]);
  const density = readDensity(settings.data?.values.density);
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  if (status.isPending) return <Waiting label="Opening Assay" />;
  if (status.isError) return <Failure error={status.error} onRetry={() => void status.refetch()} />;
  const { workspace, brands } = status.data;
  const brand = brands.find((one) => one.brand === chosen) ?? brands[0];
  if (!workspace || !brand || isStarting) {
    return (
      <Shell status={status.data} brand={null} onBrand={setChosen} screen="overview">
        <StartView status={status.data} onBusy={setIsStarting} />
      </Shell>
    );
  }
  const [screen = "overview", id, more] = parts;
  return (
    <BrandContext.Provider value={{ brand: brand.brand, currency: brand.currency, timeZone: brand.time_zone }}>
      <Shell
        status={status.data}
        brand={brand}
        screen={screen}
        onBrand={(name) => {
          setChosen(name);
          go("/overview");
        }}
      >
        <Screen key={brand.brand} screen={screen} id={id} more={more} />
      </Shell>
    </BrandContext.Provider>
  );
}

function Screen({ screen, id, more }: { screen: string; id: string | undefined; more: string | undefined }) {
  switch (screen) {
    case "customers":
      return id ? (
        <CustomerView id={id} />
      ) : (
        <CustomersView details={(customer) => <CustomerView key={customer} id={customer} />} />
      );
    case "lifecycle":
      return <LifecycleView />;
    case "preferences":
      return <PreferencesView />;
    case "segments":
      return <SegmentsView name={id} />;
    case "models":
      return <ModelsView name={id} />;
    case "sources":
      return <SourcesView name={id} adding={id === "add" || more === "add"} />;
    case "runs":
      return <RunsView id={id} />;
    case "settings":
      return <SettingsView />;
    case "sql":
      return <SqlView />;
    default:
      return <OverviewView />;
  }
}

function applyLook(look: string): () => void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.look = look === "dark" || (look !== "light" && dark.matches) ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  return () => dark.removeEventListener("change", apply);
}
