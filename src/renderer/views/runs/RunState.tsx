import type { Run } from "../../../shared/api/contract/runs.ts";
import { State, type Tone } from "../../components/State.tsx";
import { word } from "../../format/format.ts";

const tones: Readonly<Record<Run["state"], Tone>> = {
  planning: "plain",
  running: "plain",
  publishing: "plain",
  evaluating: "plain",
  done: "good",
  failed: "bad",
  cancelled: "muted",
  lost: "bad",
};

export function RunState({ state }: { state: Run["state"] }) {
  return <State tone={tones[state]}>{word(state)}</State>;
}
