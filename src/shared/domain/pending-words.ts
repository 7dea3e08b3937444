import { canonicalJson } from "../base/canonical-json.ts";
import type { BrandState, EntryBodies } from "./brand-state.ts";
import type { PendingEdit } from "./pending.ts";
import { segmentSentence } from "./segment.ts";

const settingTitles: Readonly<Record<string, string>> = {
  currency: "Currency",
  time_zone: "Time zone",
  return_window_days: "Return window",
  fiscal_calendar: "Fiscal calendar",
  fiscal_year_starts: "First day of the fiscal year",
  week_starts: "First day of the week",
};
const keepingTitles: Readonly<Record<string, string>> = {
  keep_days: "Days that every snapshot stays",
  keep_snapshots: "Latest snapshots that stay",
  unused_days: "Days that unused intermediates stay",
  wait_hours: "Hours before what is named goes",
  trash_hours: "Hours in the trash",
  nightly: "Collecting at the end of the night",
};

/** What a change was about, in a few words. */
export function subjectTitle(subject: string): string {
  const [noun = "", ...rest] = subject.split(":");
  const name = rest.join(":");
  if (noun === "setting") return settingTitles[name] ?? name;
  if (noun === "keeping") return keepingTitles[name] ?? name;
  if (noun === "source" && rest.length > 1) return `${rest[1] === "mapping" ? "Mapping" : "Timetable"} of ${rest[0]}`;
  if (noun === "night")
    return rest[0] === "gate" ? `Gate: ${words(rest[1] ?? "")}` : "When and where the nightly job runs";
  const titles: Readonly<Record<string, string>> = {
    segment: `Segment ${name}`,
    parameter: `Parameter ${name}`,
    source: `Source ${name}`,
    model: `Own model ${name}`,
    list: `Planned list ${name}`,
    written: `List ${name}`,
    campaign: `Campaign ${name}`,
    holdout: "Standing holdout",
    override: "Identity decision",
    record: "Identity decision",
    pair: "Identity label",
  };
  return titles[noun] ?? subject;
}

/** What an edit does, as a short sentence. */
export function editTitle({ kind, body }: Pick<PendingEdit, "kind" | "body">): string {
  const said = body as never;
  const titles: { readonly [kind: string]: (() => string) | undefined } = {
    segment_saved: () => `Segment ${named<"segment_saved">(said).segment} saved`,
    segment_removed: () => `Segment ${named<"segment_removed">(said).segment} removed`,
    brand_changed: () => `${subjectTitle(`setting:${Object.keys(body as object)[0]}`)} changed`,
    params_changed: () => `Parameter ${Object.keys(named<"params_changed">(said).params)[0]} changed`,
    mapping_changed: () => `Mapping of ${named<"mapping_changed">(said).source} changed`,
    schedule_changed: () => `Timetable of ${named<"schedule_changed">(said).source} changed`,
    source_removed: () => `Source ${named<"source_removed">(said).source} removed`,
    model_defined: () => `Own model ${named<"model_defined">(said).definition.name} defined`,
    model_removed: () => `Own model ${named<"model_removed">(said).model} removed`,
    export_planned: () => `List ${named<"export_planned">(said).export} planned`,
    export_unplanned: () => `List ${named<"export_unplanned">(said).export} no longer planned`,
    campaign_created: () => `Campaign ${named<"campaign_created">(said).campaign} set up`,
    campaign_removed: () => `Campaign ${named<"campaign_removed">(said).campaign} removed`,
    global_holdout_changed: () => "Standing holdout changed",
    night_settings: () => "Nightly job changed",
    retention_changed: () => `${subjectTitle(`keeping:${Object.keys(body as object)[0]}`)} changed`,
    identity_overridden: () =>
      named<"identity_overridden">(said).kind === "join" ? "Customers joined" : "A customer split",
    override_undone: () => "An identity decision undone",
    pair_labelled: () => "A pair of records labelled",
    export_written: () => `List of ${named<"export_written">(said).segment ?? "customers"} written`,
  };
  return titles[kind]?.() ?? words(kind);
}

function named<K extends keyof EntryBodies>(body: unknown): EntryBodies[K] {
  return body as EntryBodies[K];
}

/** How a thing stands in a state, as a person reads it; null where it isn't there. */
export function describeSubject(state: BrandState, subject: string): string | null {
  const [noun = "", ...rest] = subject.split(":");
  const name = rest.join(":");
  if (noun === "segment") return definition(state, name);
  if (subject === "setting:return_window_days" && typeof state.settings?.return_window_days === "number")
    return `${state.settings.return_window_days} days`;
  if (noun === "setting") return plain(Object.entries(state.settings ?? {}).find(([one]) => one === name)?.[1]);
  if (noun === "keeping") return plain(Object.entries(state.retention).find(([one]) => one === name)?.[1]);
  if (noun === "parameter") return plain(state.params.get(name)?.value ?? "the program's own");
  if (noun === "holdout") return `${Math.round(state.globalHoldout * 1000) / 10} %`;
  if (noun === "source") return source(state, rest);
  if (noun === "night") return night(state, rest);
  if (noun === "model") return state.models.has(name) ? lines(state.models.get(name)?.definition) : null;
  if (noun === "list") return state.plans.has(name) ? lines(state.plans.get(name)) : null;
  if (noun === "campaign") return campaign(state, name);
  return null;
}

function definition(state: BrandState, name: string): string | null {
  const found = state.segments.get(name);
  return found ? segmentSentence(found.definition, { currency: state.settings?.currency ?? "" }) : null;
}

function source(state: BrandState, [name = "", part]: readonly string[]): string | null {
  const found = state.sources.get(name);
  if (!found) return null;
  if (part === "schedule") return `${found.schedule ?? "no timetable"}, expected by ${found.expected_by ?? "no time"}`;
  if (part !== "mapping") return `Registered, layout ${found.layout}`;
  const tables = found.mapping.tables.map(
    ({ table, columns }) =>
      `${words(table)}: ${Object.entries(columns)
        .map(([column, from]) => `${column} from ${columnText(from)}`)
        .join(", ")}`,
  );
  return tables.length > 0 ? tables.join("\n") : `As the layout ${found.mapping.layout} has it`;
}

function columnText(from: unknown): string {
  if (typeof from === "string") return from;
  const { column } = (from ?? {}) as { column?: unknown };
  return typeof column === "string" ? column : canonicalJson(from as never);
}

function night(state: BrandState, [part, rule]: readonly string[]): string {
  const { schedule, runner, done_by, gate } = state.night;
  if (part === "schedule") {
    const place = runner === "cluster" ? ", on the cluster" : "";
    return `${schedule ?? "only when it is asked"}${place}${done_by === null ? "" : `, to be done by ${done_by}`}`;
  }
  return plain(Object.entries(gate).find(([one]) => one === rule)?.[1]) ?? "off";
}

function campaign(state: BrandState, name: string): string | null {
  const found = state.campaigns.get(name);
  if (!found) return null;
  const { created_at: _, version: __, drawn, ...plan } = found;
  return `${lines(plan)}${drawn ? "\ndrawn" : ""}`;
}

function lines(value: unknown): string {
  return Object.entries((value ?? {}) as object)
    .map(([name, one]) => `${words(name)}: ${plain(one) ?? "–"}`)
    .join("\n");
}

function plain(value: unknown): string | null {
  if (value === undefined) return null;
  if (value === null) return "as observed";
  return typeof value === "object" ? canonicalJson(value as never) : String(value);
}

function words(text: string): string {
  return text.replaceAll("_", " ");
}
