import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";
import { requireArtifact } from "../src/workers/engine/artifact-store.ts";
import { takeDemo } from "../test/support/demo-workspace.ts";

/** What all models of a snapshot cost together, beside the sum of what each would cost by itself, lake and identity there already. */
const customers = Number(process.env.BENCH_CUSTOMERS ?? 2_000);
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-bench-"));
const warm: ReadonlySet<string> = new Set(["landing", "lake", "identity"]);

interface Task {
  readonly key: string;
  readonly step: string;
  readonly stage: string;
  readonly cpu: number;
}

/** Everything that a task reads, near or far, the task itself included, but for what is warm. */
function closureOf(roots: readonly Task[], inputsOf: (task: Task) => readonly Task[]): Set<Task> {
  const found = new Set<Task>();
  const left = [...roots];
  for (let task = left.pop(); task; task = left.pop()) {
    if (found.has(task) || warm.has(task.stage)) continue;
    found.add(task);
    left.push(...inputsOf(task));
  }
  return found;
}

const sum = (tasks: Iterable<Task>) => [...tasks].reduce((total, { cpu }) => total + cpu, 0);
const show = (what: string, value: number, base: number) =>
  console.log(
    `${what.padEnd(66)} ${value.toFixed(1).padStart(7)} s ${((100 * value) / base).toFixed(0).padStart(5)} %`,
  );

function tell(what: string, closures: ReadonlyMap<string, ReadonlySet<Task>>): void {
  const alone = [...closures.values()].reduce((total, tasks) => total + sum(tasks), 0);
  const union = new Set([...closures.values()].flatMap((tasks) => [...tasks]));
  const readers = (task: Task) => [...closures.values()].filter((tasks) => tasks.has(task)).length;
  const own = [...union].filter((task) => readers(task) === 1);
  console.log(`${what}, ${closures.size} models, CPU`);
  show("  each by itself, added up", alone, alone);
  show("  all together", sum(union), alone);
  show("  of that what one model alone needs: no sharing makes it less", sum(own), alone);
  const apart = alone - sum(own);
  show("  what several need, once, of what it would cost them apart", sum(union) - sum(own), apart);
  const dear = own.sort((a, b) => b.cpu - a.cpu).slice(0, 8);
  console.log(`  dearest of one model alone: ${dear.map(({ step, cpu }) => `${step} ${cpu.toFixed(1)}`).join(", ")}`);
}

async function bench(): Promise<void> {
  const core = await createCore({ dataFolder: join(folder, "data") });
  const { client } = core;
  try {
    await takeDemo(client, {
      brand,
      exports: join(folder, "exports"),
      workspace: join(folder, "workspace"),
      customers,
    });
    const { run_id } = await client.stream("runs.start", { brand, workers: 2 });
    const shown = (await client.call("runs.show", { brand, run_id })).tasks;
    const tasks = new Map(
      shown.map((one): [string, Task] => [one.key, { ...one, cpu: one.cpu_seconds ?? one.seconds }]),
    );
    const brandDir = join(folder, "workspace", "brands", brand);
    const read = new Map<string, readonly Task[]>();
    const inputsOf = ({ key }: Task) => {
      const known = read.get(key);
      if (known) return known;
      const inputs = requireArtifact(brandDir, key).inputs as Readonly<Record<string, readonly { key: string }[]>>;
      const keys = Object.values(inputs).flatMap((list) => list.map((one) => one.key));
      const found = keys.flatMap((one) => tasks.get(one) ?? []);
      read.set(key, found);
      return found;
    };
    const { models } = await client.call("models.list", { brand });
    const all = [...tasks.values()];
    const closures = (steps: readonly string[]) =>
      new Map(
        models.flatMap(({ name }) => {
          const roots = all.filter(({ step }) => steps.some((one) => step === `${one}_${name}`));
          return roots.length > 0 ? [[name, closureOf(roots, inputsOf)] as const] : [];
        }),
      );
    console.log(
      `demo retailer of ${customers.toLocaleString("en")} customers, ${tasks.size} tasks; landing, lake and identity are there`,
    );
    tell("Fitted, scored and judged at two cuts", closures(["fit", "scores", "evaluate"]));
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await bench();
