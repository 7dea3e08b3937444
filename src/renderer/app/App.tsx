import { useEffect, useState } from "react";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { useAsk } from "../client/queries.ts";
import { Failure, Waiting } from "../components/parts.tsx";
import { readDensity } from "../table/use-row-height.ts";
import { CampaignsView } from "../views/campaigns/CampaignsView.tsx";
import { ClusterView } from "../views/cluster/ClusterView.tsx";
import { CustomerView } from "../views/customer/CustomerView.tsx";
import { CustomersView } from "../views/customers/CustomersView.tsx";
import { ExperimentsView } from "../views/experiments/ExperimentsView.tsx";
import { IdentityView } from "../views/identity/IdentityView.tsx";
import { LifecycleView } from "../views/lifecycle/LifecycleView.tsx";
import { ModelsView } from "../views/models/ModelsView.tsx";
import { OverviewView } from "../views/overview/OverviewView.tsx";
import { PreferencesView } from "../views/preferences/PreferencesView.tsx";
import { ReturnsView } from "../views/returns/ReturnsView.tsx";
import { RunsView } from "../views/runs/RunsView.tsx";
import { SegmentsView } from "../views/segments/SegmentsView.tsx";
import { SettingsView } from "../views/settings/SettingsView.tsx";
import { SourcesView } from "../views/sources/SourcesView.tsx";
import { SqlView } from "../views/sql/SqlView.tsx";
import { StartView } from "../views/start/StartView.tsx";
import { BrandContext } from "./BrandContext.ts";
import { readPlace, startingPlace } from "./place.ts";
import { go, useRoute, viewSnapshot } from "./route.ts";
import { Shell } from "./Shell.tsx";
import { useKeepPlace } from "./use-place.ts";

type Status = OutputOf<AssayContract["workspace.status"]>;

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
  const { isPlaced, brand: kept } = useStartingPlace(status.data, settings.data?.values.place, settings.isFetched);
  const open = status.data?.workspace ?? null;
  const known = status.data?.brands ?? [];
  const current = known.find((one) => one.brand === (chosen ?? kept)) ?? known[0];
  useKeepPlace(isPlaced ? (open?.workspace_id ?? null) : null, current?.brand ?? null);
  if (status.isPending || (!isPlaced && !status.isError)) return <Waiting label="Opening Assay" />;
  if (!status.data) return <Failure error={status.error} onRetry={() => void status.refetch()} />;
  const { workspace } = status.data;
  const brand = current;
  if (!workspace || !brand || isStarting) {
    return (
      <Shell status={status.data} brand={null} onBrand={setChosen} screen="overview">
        <StartView status={status.data} onBusy={setIsStarting} />
      </Shell>
    );
  }
  const [screen = "overview", id, more] = parts;
  return (
    <BrandContext.Provider
      value={{ brand: brand.brand, currency: brand.currency, timeZone: brand.time_zone, calendar: brand }}
    >
      <Shell
        status={status.data}
        brand={brand}
        screen={screen}
        onBrand={(name) => {
          setChosen(name);
          viewSnapshot(undefined);
          go("/overview");
        }}
      >
        <Screen key={brand.brand} screen={screen} id={id} more={more} />
      </Shell>
    </BrandContext.Provider>
  );
}

/** Goes back, once, to where somebody was when the page was closed. */
function useStartingPlace(
  status: Status | undefined,
  kept: unknown,
  isKnown: boolean,
): { isPlaced: boolean; brand: string | null } {
  const [placed, setPlaced] = useState<{ brand: string | null } | null>(null);
  useEffect(() => {
    if (placed !== null || !isKnown || !status) return;
    const { workspace, brands } = status;
    const now = {
      path: location.pathname + location.search,
      workspace_id: workspace?.workspace_id ?? "",
      brands: brands.map(({ brand }) => brand),
    };
    const place = readPlace(kept);
    const start = startingPlace(place, now);
    if (start) go(start.path, { replace: true });
    const isThere = place !== null && place.workspace_id === now.workspace_id;
    setPlaced({ brand: isThere ? place.brand : null });
  }, [placed, status, kept, isKnown]);
  return { isPlaced: placed !== null, brand: placed?.brand ?? null };
}

function Screen({ screen, id, more }: { screen: string; id: string | undefined; more: string | undefined }) {
  switch (screen) {
    case "customers":
      return id ? (
        <CustomerView id={id} />
      ) : (
        <CustomersView details={(customer) => <CustomerView key={customer} id={customer} />} />
      );
    case "identity":
      return <IdentityView />;
    case "lifecycle":
      return <LifecycleView />;
    case "preferences":
      return <PreferencesView />;
    case "returns":
      return <ReturnsView />;
    case "segments":
      return <SegmentsView name={id} />;
    case "campaigns":
      return <CampaignsView name={id} />;
    case "models":
      return <ModelsView name={id} />;
    case "experiments":
      return <ExperimentsView name={id} />;
    case "sources":
      return <SourcesView name={id} adding={id === "add" || more === "add"} />;
    case "runs":
      return <RunsView id={id} />;
    case "cluster":
      return <ClusterView />;
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
