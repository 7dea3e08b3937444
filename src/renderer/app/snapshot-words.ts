import type { Snapshot } from "../../shared/api/contract/runs.ts";
import { type GateRule, gateDescriptions } from "../../shared/domain/gate.ts";
import type { Tone } from "../components/State.tsx";

type Standing = {
  readonly word: string;
  readonly tone: Tone;
  readonly canPublish: boolean;
  readonly canRollBack: boolean;
};

/** How a snapshot stands, in a word, and what can be done about it. */
export function standingOf(
  snapshot: Pick<Snapshot, "is_current" | "is_variant" | "kept_back" | "withdrawn">,
): Standing {
  if (snapshot.withdrawn) return { word: "Rolled back", tone: "muted", canPublish: true, canRollBack: false };
  if (snapshot.kept_back) return { word: "Kept back", tone: "warn", canPublish: true, canRollBack: false };
  if (snapshot.is_variant) return { word: "Variant", tone: "muted", canPublish: false, canRollBack: false };
  if (snapshot.is_current) return { word: "Current", tone: "good", canPublish: false, canRollBack: true };
  return { word: "Earlier", tone: "muted", canPublish: false, canRollBack: false };
}

export function ruleTitle(rule: string): string {
  if (Object.hasOwn(gateDescriptions, rule)) return gateDescriptions[rule as GateRule].title;
  return rule === "rolled_back" ? "Rolled back" : rule.replaceAll("_", " ");
}

/** The rules of the gate that don't hold, with what was found. */
export function brokenRules({ gate }: { readonly gate: Snapshot["gate"] }): { title: string; measured: string }[] {
  return gate.filter(({ ok }) => !ok).map(({ rule, measured }) => ({ title: ruleTitle(rule), measured }));
}
