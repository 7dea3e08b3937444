import type { OutputDrift } from "../../../shared/api/contract/models.ts";

const [shifted, changed] = [0.1, 0.25];

/** The usual reading of a population stability index. */
export function driftState(psi: number): { readonly tone: "good" | "warn" | "bad"; readonly text: string } {
  if (psi < shifted) return { tone: "good", text: "Stable" };
  return psi < changed ? { tone: "warn", text: "Shifted" } : { tone: "bad", text: "Changed" };
}

/** The score that moved most, or that none did. */
export function driftFinding(outputs: readonly OutputDrift[]): string {
  const most = [...outputs].sort((a, b) => b.psi - a.psi)[0];
  if (!most) return "Nothing to compare";
  const { text } = driftState(most.psi);
  if (text === "Stable") return outputs.length === 1 ? "Its score is stable" : "Its scores are stable";
  return `${most.output.replaceAll("_", " ")} has ${text.toLowerCase()} since the snapshot before`;
}
