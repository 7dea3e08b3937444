import { rmSync } from "node:fs";
import { createCore } from "../src/main/core.ts";
import { steps } from "../src/workers/catalogue.ts";
import type { StepContext } from "../src/workers/engine/step-context.ts";
import { inlineEngine } from "../src/workers/service/service.ts";
const spent = new Map<string, number[]>(); const order: [string, number, number][] = [];
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
for (const [name, step] of steps) { const run = step.run; Object.assign(step, { run: async (c: StepContext) => { const a = cpu(); await run(c); const d = cpu() - a; const e = spent.get(name) ?? [0, 0]; e[0]! += d; e[1]!++; spent.set(name, e); order.push([name + " " + ((c as any).node?.asOf ?? ""), d, cpu()]); } }); }
rmSync("/tmp/lead/d2", { recursive: true, force: true });
const core = await createCore({ dataFolder: "/tmp/lead/d2", engine: inlineEngine() });
await core.client.call("workspace.open", { path: "/tmp/lead/ws" } as never);
const a = cpu(); const t = performance.now();
let last = "";
const r = await core.client.stream("runs.start", { brand: "demo", workers: 1 } as never, { onProgress: (p: any) => { if (p.state !== last) { last = p.state; console.log(p.state, p.label ?? "", "cpu", (cpu() - a).toFixed(1), "wall", ((performance.now() - t) / 1000).toFixed(1)); } } } as never);
console.log("cpu all", cpu() - a, "in steps", [...spent.values()].reduce((s, e) => s + e[0]!, 0));
for (const [k, e] of [...spent].sort((x, y) => y[1][0]! - x[1][0]!).slice(0, 60)) console.log(e[0]!.toFixed(2), e[1], k);
import { writeFileSync } from "node:fs"; writeFileSync("/tmp/lead/order.json", JSON.stringify(order));
await core.close(); process.exit(0);
