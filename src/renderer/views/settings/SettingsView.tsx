import { useBrand } from "../../app/BrandContext.ts";
import { Head } from "../../components/parts.tsx";
import { AboutPanel } from "./AboutPanel.tsx";
import { BrandPanel } from "./BrandPanel.tsx";
import { CalendarPanel } from "./CalendarPanel.tsx";
import { CopiesPanel } from "./CopiesPanel.tsx";
import { DisclosuresPanel } from "./DisclosuresPanel.tsx";
import { LocalPanel } from "./LocalPanel.tsx";
import { LookPanel } from "./LookPanel.tsx";
import { ProofPanel } from "./ProofPanel.tsx";
import { RetentionPanel } from "./RetentionPanel.tsx";
import "./settings.css";
import { WorkspacePanel } from "./WorkspacePanel.tsx";

/** The retailer's settings, this machine's, and what this is. */
export function SettingsView() {
  const { brand } = useBrand();
  return (
    <>
      <Head title="Settings" />
      <div className="grid settings">
        <div className="s6 stack">
          <BrandPanel key={brand} brand={brand} />
          <CalendarPanel key={`${brand} calendar`} brand={brand} />
          <RetentionPanel key={`${brand} kept`} brand={brand} />
          <DisclosuresPanel key={`${brand} taken out`} brand={brand} />
        </div>
        <div className="s6 stack">
          <WorkspacePanel />
          <CopiesPanel />
          <LocalPanel />
          <ProofPanel />
          <LookPanel />
          <AboutPanel />
        </div>
      </div>
    </>
  );
}
