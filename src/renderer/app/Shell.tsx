import { type ReactNode, useCallback, useEffect, useState } from "react";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { useAsk } from "../client/queries.ts";
import { Icon } from "../components/Icon.tsx";
import { integer } from "../format/format.ts";
import { keyName } from "../format/keys.ts";
import { AwayBanner } from "./AwayBanner.tsx";
import { DropZone } from "./DropZone.tsx";
import { Foot } from "./Foot.tsx";
import { GoneBanner } from "./GoneBanner.tsx";
import { Palette } from "./Palette.tsx";
import { RefreshBar } from "./RefreshBar.tsx";
import { RunNotice } from "./RunNotice.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { SnapshotDialog } from "./SnapshotDialog.tsx";
import { screens } from "./screens.ts";
import { UndoNotice } from "./UndoNotice.tsx";
import { useKeys } from "./use-keys.ts";
import { ViewedBanner } from "./ViewedBanner.tsx";

type Status = OutputOf<AssayContract["workspace.status"]>;
type Brand = Status["brands"][number];

interface Props {
  readonly status: Status;
  readonly brand: Brand | null;
  readonly screen: string;
  readonly onBrand: (name: string) => void;
  readonly children: ReactNode;
}

/** The frame: navigation with the retailer and the snapshot, and the screen beside it. */
export function Shell({ status, brand, screen, onBrand, children }: Props) {
  const [folded, setFolded] = useFolded();
  const [opened, setOpened] = useState<"palette" | "help" | "snapshots" | null>(null);
  const onPalette = useCallback(() => setOpened("palette"), []);
  const onSnapshots = useCallback(() => setOpened("snapshots"), []);
  const onHelp = useCallback(() => setOpened("help"), []);
  useKeys({ onPalette, onHelp, hasBrand: brand !== null });
  return (
    <div className="frame" data-folded={folded}>
      <nav className="nav" aria-label="Screens">
        <BrandSwitch brand={brand} onOpen={onSnapshots} />
        <button type="button" className="find" onClick={onPalette}>
          <Icon name="search" />
          <span className="label">Search or go to</span>
          <kbd>{keyName("Ctrl K")}</kbd>
        </button>
        <div>
          {screens.map((one, at) => (
            <div key={one.key}>
              {one.group !== "" && screens[at - 1]?.group !== one.group && <div className="group">{one.group}</div>}
              <ScreenLink one={one} brand={brand?.brand ?? null} isCurrent={screen === one.key} />
            </div>
          ))}
        </div>
        <Foot
          brand={brand?.brand ?? null}
          isFolded={folded}
          onFold={() => setFolded(!folded)}
          onSnapshots={onSnapshots}
        />
      </nav>
      <main id="main">
        <RefreshBar />
        {status.read_only_reason && (
          <div className="failure" role="status">
            Open for reading only: {status.read_only_reason}
          </div>
        )}
        <GoneBanner workspace={status.workspace} why={status.gone} />
        {brand && <AwayBanner brand={brand.brand} status={status} />}
        {brand && <ViewedBanner brand={brand.brand} onOpen={onSnapshots} />}
        {children}
      </main>
      <DropZone hasBrand={brand !== null} />
      {opened === "palette" && <Palette brand={brand?.brand ?? null} onClose={() => setOpened(null)} />}
      {opened === "snapshots" && brand && (
        <SnapshotDialog
          brand={brand.brand}
          brands={status.brands.map((one) => one.brand)}
          isAway={status.away !== null}
          onBrand={(name) => {
            setOpened(null);
            onBrand(name);
          }}
          onClose={() => setOpened(null)}
        />
      )}
      {opened === "help" && <Shortcuts onClose={() => setOpened(null)} />}
      <div className="toasts">
        {brand && <RunNotice key={brand.brand} brand={brand.brand} screen={screen} />}
        <UndoNotice />
      </div>
    </div>
  );
}

/** A screen of the retailer; before there is one, only the overview leads anywhere. */
function ScreenLink({
  one: { key, name, letter },
  brand,
  isCurrent,
}: {
  one: (typeof screens)[number];
  brand: string | null;
  isCurrent: boolean;
}) {
  const content = (
    <>
      <Icon name={key} />
      <span className="label">{name}</span>
      {brand !== null && <Count screen={key} brand={brand} />}
    </>
  );
  if (brand === null && !isCurrent)
    return (
      <span className="item" title={`${name}: once there is a retailer`}>
        {content}
      </span>
    );
  return (
    <a
      className="item"
      href={`/${key}`}
      data-route
      aria-current={isCurrent ? "page" : undefined}
      title={`${name} (G ${letter.toUpperCase()})`}
    >
      {content}
    </a>
  );
}

/** Below it tables need the width more than the names of screens. */
const narrow = "(max-width: 1023px)";

/** As chosen, else by the window's width. */
function useFolded(): [boolean, (folded: boolean) => void] {
  const [isNarrow, setIsNarrow] = useState(() => window.matchMedia(narrow).matches);
  const [chosen, setChosen] = useState<boolean | null>(null);
  useEffect(() => {
    const query = window.matchMedia(narrow);
    const follow = () => {
      setIsNarrow(query.matches);
      setChosen(null);
    };
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return [chosen ?? isNarrow, setChosen];
}

/** The retailer and its snapshot; opens where both are chosen. */
function BrandSwitch({ brand, onOpen }: { brand: Brand | null; onOpen: () => void }) {
  const mark = (
    <span className="mark" aria-hidden="true">
      {initials(brand?.brand ?? "Assay")}
    </span>
  );
  if (!brand)
    return (
      <div className="brand">
        {mark}
        <span className="label">
          <span className="strong">Assay</span>
          <span className="about">No workspace</span>
        </span>
      </div>
    );
  return (
    <div className="brand">
      <button type="button" className="switch" title="Retailer and snapshot" onClick={onOpen}>
        {mark}
        <span className="label">
          <span className="strong" title={brand.brand}>
            {brand.brand}
          </span>
          <span className="about" title={`${brand.currency} · ${brand.time_zone}`}>
            {`${brand.currency} · ${brand.time_zone.replaceAll("_", " ")}`}
          </span>
        </span>
        <span className="chevrons" aria-hidden="true">
          <Icon name="chevrons" />
        </span>
      </button>
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "A") + (words[1]?.[0] ?? "")).toUpperCase();
}

function Count({ screen, brand }: { screen: string; brand: string }) {
  const snapshots = useAsk("snapshots.list", { brand }, { enabled: screen === "customers" });
  const segments = useAsk("segments.list", { brand }, { enabled: screen === "segments" });
  const campaigns = useAsk("campaigns.list", { brand }, { enabled: screen === "campaigns" });
  const models = useAsk("models.list", { brand }, { enabled: screen === "models" });
  const current = snapshots.data?.snapshots.find(({ is_current }) => is_current);
  const counts: Readonly<Record<string, number | undefined>> = {
    customers: current?.customers,
    segments: segments.data?.segments.length,
    campaigns: campaigns.data ? campaigns.data.campaigns.length + campaigns.data.delivered.length : undefined,
    models: models.data?.models.length,
  };
  const count = counts[screen];
  return count ? (
    <span className="n" aria-hidden="true">
      {integer(count)}
    </span>
  ) : null;
}
