import { expect, test } from "vitest";
import type { AgentState } from "../../../shared/api/contract/cluster.ts";
import { agentsFinding } from "./AgentsPanel.tsx";

const agent = (seconds_ago: number, tasks = 0, is_current = true) =>
  ({ seconds_ago, is_current, tasks: Array.from({ length: tasks }, () => ({})) }) as unknown as AgentState;

test.each([
  [[], "No agent is connected"],
  [[agent(1)], "1 agent is free"],
  [[agent(1, 2), agent(2)], "1 of 2 agents at work"],
  [[agent(1, 2), agent(20, 1)], "1 of 1 agent at work; 1 silent"],
  [[agent(25, 1)], "1 agent silent"],
  [[agent(1), agent(1, 0, false)], "1 agent is free; 1 of another version"],
])("who is at work counts those that were heard of just now (%#)", (agents, said) => {
  expect(agentsFinding({ agents })).toBe(said);
});
