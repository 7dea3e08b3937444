import { type ReactNode, useEffect, useState } from "react";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { day, instant, integer, seconds } from "../format/format.ts";
import { Icon } from "./icons.tsx";
import { Palette } from "./Palette.tsx";
import { go } from "./route.ts";
import { Shortcuts } from "./Shortcuts.tsx";

type Status = OutputOf<AssayContract["workspace.status"]>;
export const screens = [
  { key: "overview", name: "Overview", group: "", letter: "o" },
  { key: "customers", name: "Customers", group: "", letter: "c" },
  { key: "lifecycle", name: "Lifecycle", group: "", letter: "l" },
  { key: "segments", name: "Segments", group: "Act", letter: "s" },
  { key: "sources", name: "Sources", group: "Operate", letter: "d" },
  { key: "runs", name: "Runs", group: "Operate", letter: "r" },
] as const;

export function Shell({
  status,
  brand,
  screen,
  onBrand,
  children,
}: {
  status: Status;
  brand: Status["brands"][number] | null;
  screen: string;
  onBrand: (name: string) => void;
  children: ReactNode;
}) {
  const [isFolded, setIsFolded] = useState(false);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useKeys({ onPalette: () => setPalette(true), onHelp: () => setHelp(true), hasBrand: brand !== null });
  return (
    <div className="frame" data-folded={isFolded}>
      <nav className="nav" aria-label="Screens">
        <div className="brand">
          <span className="mark" aria-hidden>
            {initials(brand?.brand ?? "Assay")}
          </span>
          <span className="label" style={{ minWidth: 0, flex: 1 }}>
            {brand ? (
              <select aria-label="Brand" value={brand.brand} onChange={(event) => onBrand(event.target.value)}>
                {status.brands.map((one) => (
                  <option key={one.brand} value={one.brand}>
                    {one.brand}
                  </option>
                ))}
              </select>
            ) : (
              <span className="strong">Assay</span>
            )}
            <span className="ink2" style={{ fontSize: 11.5, display: "block" }}>
              {brand ? `${brand.currency} · ${brand.time_zone}` : "No workspace"}
            </span>
          </span>
        </div>
        <button type="button" className="find" onClick={() => setPalette(true)} aria-label="Search or go to">
          <Icon name="search" />
          <span className="label">Search or go to</span>
          <kbd>Ctrl K</kbd>
        </button>
        <div>
          {screens.map((one, at) => (
            <div key={one.key}>
              {one.group !== "" && screens[at - 1]?.group !== one.group && <div className="group">{one.group}</div>}
              <a
                className="item"
                href={`/${one.key}`}
                data-route
                aria-current={screen === one.key ? "page" : undefined}
                title={`${one.name} (G ${one.letter.toUpperCase()})`}
              >
                <Icon name={one.key} />
                <span className="label">{one.name}</span>
                {brand && <Count screen={one.key} brand={brand.brand} />}
              </a>
            </div>
          ))}
        </div>
        <Foot brand={brand?.brand ?? null} isFolded={isFolded} onFold={() => setIsFolded(!isFolded)} />
      </nav>
      <main id="main" tabIndex={-1}>
        {status.read_only_reason && <div className="failure">Open for reading only: {status.read_only_reason}</div>}
        {children}
      </main>
      {palette && <Palette brand={brand?.brand ?? null} onClose={() => setPalette(false)} />}
      {help && <Shortcuts onClose={() => setHelp(false)} />}
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
  const current = snapshots.data?.snapshots.find(({ is_current }) => is_current);
  if (screen === "customers" && current) return <span className="n">{integer(current.customers)}</span>;
  const n = segments.data?.segments.length ?? 0;
  return screen === "segments" && n > 0 ? <span className="n">{n}</span> : null;
}

function Foot({ brand, isFolded, onFold }: { brand: string | null; isFolded: boolean; onFold: () => void }) {
  const client = useClient();
  const runs = useAsk("runs.list", { brand: brand ?? "" }, { enabled: brand !== null, every: 2_000 });
  const snapshots = useAsk("snapshots.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const going = runs.data?.runs.find(({ state }) =>
    ["planning", "running", "publishing", "evaluating"].includes(state),
  );
  const current = snapshots.data?.snapshots.find(({ is_current }) => is_current);
  const toggleLook = () => {
    const next = document.documentElement.dataset["look"] === "dark" ? "light" : "dark";
    void client.call("settings.write", { name: "look", value: next });
  };
  return (
    <div className="foot">
      {going ? (
        <a href={`/runs/${going.run_id}`} data-route className="label">
          Run {going.state},{" "}
          {going.tasks.total > 0
            ? Math.round(((going.tasks.reused + going.tasks.computed) / going.tasks.total) * 100)
            : 0}{" "}
          %
          <br />
          {going.seconds_left === null ? "" : `${seconds(going.seconds_left)} left`}
        </a>
      ) : (
        <span className="label">
          {current ? `As of ${day(current.as_of)}` : "Local only"}
          <br />
          {current ? `Published ${instant(current.published_at)}` : "No account, no server"}
        </span>
      )}
      <span style={{ display: "flex", gap: 4 }}>
        <button
          type="button"
          className="button bare"
          onClick={onFold}
          aria-label={isFolded ? "Unfold the navigation" : "Fold the navigation"}
        >
          <Icon name="fold" />
        </button>
        <button type="button" className="button bare" onClick={toggleLook} aria-label="Light or dark">
          <Icon name="look" />
        </button>
      </span>
    </div>
  );
}

function useKeys({ onPalette, onHelp, hasBrand }: { onPalette: () => void; onHelp: () => void; hasBrand: boolean }) {
  useEffect(() => {
    let wasG = 0;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return onPalette();
      }
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target?.closest("input, textarea, select, [contenteditable]")
      )
        return;
      if (event.key === "?") return onHelp();
      if (event.key === "/") {
        event.preventDefault();
        return onPalette();
      }
      if (event.key === "g") {
        wasG = Date.now();
        return;
      }
      const screen =
        Date.now() - wasG < 1_200 && hasBrand ? screens.find(({ letter }) => letter === event.key) : undefined;
      if (screen) go(`/${screen.key}`);
      wasG = 0;
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onPalette, onHelp, hasBrand]);
}
