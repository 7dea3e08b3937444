import { Agent } from "../../src/main/schedule/cluster/agent.ts";
import { parseBroker } from "../../src/main/schedule/cluster/connection.ts";
import { stepOf } from "./tasks.ts";
import { toyEngine } from "./toy-engine.ts";

const [root = "", url = "", cores = "1", lockMs = "1500", patienceMs = "60000", labels = "", paid = ""] =
  process.argv.slice(2);
const agent = new Agent({
  connection: parseBroker(url),
  workspace: { path: root, workspace_id: "toy-workspace" },
  engine: toyEngine(root),
  steps: new Map([["toy", stepOf("toy")]]),
  version: "1",
  cores: Number(cores),
  memoryBytes: 1e6,
  labels: labels.split(",").filter(Boolean),
  permits: async (brand) => new Map([["own", { digest: `allowed for ${brand}`, program: null }]]),
  ...(paid === "" ? {} : { instance: `i-${process.pid}`, paidSecondsADay: Number(paid) }),
  now: () => new Date(),
  log: (event, facts) => console.log(JSON.stringify({ event, ...facts })),
  times: { lockMs: Number(lockMs), stalledMs: Number(lockMs) / 2 },
  patienceMs: Number(patienceMs),
});
process.on("SIGTERM", () => void agent.drain("SIGTERM", 1_000));
await agent.start();
console.log(JSON.stringify({ event: "ready", agent: agent.id }));
console.log(JSON.stringify({ event: "ended", why: await agent.ended }));
process.exit(0);
