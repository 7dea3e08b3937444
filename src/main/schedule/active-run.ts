import type { Run } from "../../shared/api/contract/runs.ts";
import { AssayError, cancelled, toWire } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot } from "../../shared/domain/brand-state.ts";
import type { ArtifactSummary, LogLine, TaskNode } from "../../shared/domain/task.ts";
import { modelTargets } from "../../shared/domain/tournament.ts";
import { Planner } from "../plan/plan.ts";
import { openRunSession, queueWindow, type RunSession } from "./cluster/run-session.ts";
import { overBudget, withoutPrices } from "./cost/budget.ts";
import type { Prices } from "./cost/prices.ts";
import { runCost } from "./cost/run-cost.ts";
import { refuseWhileErasing } from "./hold-claim.ts";
import { noteEnd } from "./note-end.ts";
import { isLeftOut, type RunPlaces, runnerOf, withoutPrograms } from "./own-programs.ts";
import { againWhereCollected, whilePinned } from "./pinned.ts";
import { inOneGraph, tablesOf } from "./planned-nodes.ts";
import type { Judging, Planned } from "./planned-run.ts";
import { addEvaluations, publishAgain, publishSnapshot } from "./publication.ts";
import { newDocument } from "./run-document.ts";
import { MemoryLine, writeFigures } from "./run-figures.ts";
import { runGraph } from "./run-graph.ts";
import { runHere } from "./run-here.ts";
import { RunLogs } from "./run-logs.ts";
import { bucketsFor, cutPlanner, manifestOf, planRun, type RunPlan, rollingCuts } from "./run-plan.ts";
import type { Effects, RunRequest } from "./run-request.ts";
import type { Schedule, ScheduledTask } from "./scheduler.ts";
import { setAside } from "./set-aside.ts";
import { toldRun } from "./shown-run.ts";
import { unconvertedWarnings } from "./unconverted.ts";

/** One run: from a request to a published snapshot and its evaluations. */
export class ActiveRun {
  readonly id: string;
  readonly brand: string;
  readonly document: Run;
  readonly finished: Promise<Run>;
  readonly logs = new RunLogs();
  readonly memory = new MemoryLine();
  readonly #cancel = new AbortController();
  readonly #request: RunRequest;
  readonly #effects: Effects;
  readonly #began = performance.now();
  readonly #tasks = new Map<string, ScheduledTask>();
  /** What came to stand since the present plan was begun. */
  readonly #made = new Map<string, ArtifactSummary>();
  #onMade: (key: string) => void = () => {};
  #schedule: Schedule | undefined;
  #session: RunSession | undefined;
  #own: Omit<RunPlaces, "session" | "here"> = { programs: [], permits: new Map() };
  #secondsBefore: ReadonlyMap<string, number> = new Map();
  #nextFigures = 0;
  #prices: Prices | null = null;
  #instanceSeconds = 0;
  #overspent: AssayError | undefined;

  constructor(request: RunRequest, effects: Effects) {
    this.#request = request;
    this.#effects = effects;
    this.id = effects.newId();
    this.brand = request.brand;
    this.document = newDocument(this.id, request, effects.now());
    this.finished = this.#perform();
    this.finished.catch(() => {});
  }

  cancel(): void {
    this.#cancel.abort();
  }

  tasks(): readonly ScheduledTask[] {
    return [...this.#tasks.values()];
  }

  /** Seconds that a step's task took when it was last computed here. */
  expected(step: string): number | undefined {
    return this.#secondsBefore.get(step);
  }

  get #signal(): AbortSignal {
    return this.#cancel.signal;
  }

  async #perform(): Promise<Run> {
    const clock = setInterval(() => void this.#measure(), 500);
    clock.unref();
    try {
      this.#secondsBefore = await this.#effects.secondsBefore(this.brand);
      this.#prices = await this.#effects.prices().catch(() => null);
      const { budget } = this.#request;
      if (budget !== undefined && !this.#prices) throw withoutPrices(budget);
      if (this.#request.runner === "cluster") this.#session = await this.#openSession();
      await whilePinned(this.#effects, this.brand, () => againWhereCollected(() => this.#toSnapshot()));
      this.document.state = "done";
    } catch (error) {
      const wire = toWire(this.#overspent ?? (this.#signal.aborted ? cancelled() : error));
      this.document.state = wire.code === "cancelled" ? "cancelled" : "failed";
      this.document.error = { code: wire.code, message: wire.message, hint: wire.hint };
      if (error instanceof AssayError && !this.#signal.aborted) throw error;
      throw new AssayError(wire.code, wire.message, wire.hint, wire.details);
    } finally {
      clearInterval(clock);
      const forgotten = this.#effects.engine.call("tasks.forget", { attempt: this.id }).catch(() => {});
      await this.#measure();
      this.#refresh(true);
      await this.#end();
      await forgotten;
      this.document.seconds_left = null;
      await this.#effects.keep(this).catch(() => {});
      this.#effects.onChange(this.brand, this.document);
    }
    return this.document;
  }

  /** Others are told that it has ended and what it took; of a run that computed nothing there is nothing to tell. */
  async #end(): Promise<void> {
    const { document } = this;
    if (this.#session) await this.#session.close();
    else if (document.tasks.computed > 0) await noteEnd(this.#effects.brands, this.brand, document).catch(() => {});
  }

  #openSession(): Promise<RunSession> {
    const { cluster, brands, engine } = this.#effects;
    const { redis, judge } = this.#request;
    return openRunSession({
      ...{ cluster, brands, engine, redis, brand: this.brand, document: this.document },
      ...{ isNightly: judge !== undefined, request: this.document.request ?? {} },
      told: () => toldRun(this),
      cancel: () => this.cancel(),
      onPaid: (seconds) => {
        this.#instanceSeconds += seconds;
      },
    });
  }

  async #toSnapshot(): Promise<void> {
    const { brands, catalogue } = this.#effects;
    const state = await brands.refresh(this.brand);
    const log_version = state.version; // the state goes on with the log
    this.#made.clear(); // of a plan before: something of it may be gone
    const asked = planRun(state, this.#request, catalogue);
    this.#own = { programs: asked.programs, permits: await this.#effects.permits(this.brand) };
    this.document.warnings.push(...asked.warnings);
    const plan = withoutPrograms(asked);
    this.document.as_of = plan.asOf;
    this.document.fit_as_of = plan.fitAsOf;
    this.#tell("running");
    const { planner, bucketCount, judging } = await this.#make(plan, state);
    const whole = await this.#withPrograms(asked, plan, (name) => {
      const own = new Planner({ ...plan.base, bucketCount });
      own.require(`scores_${name}`);
      own.require(`fit_${name}`);
      return own;
    });
    await this.#warnOfMoney(planner, plan.base.brand.currency);
    this.#tell("publishing");
    const manifest = manifestOf(
      whole,
      planner,
      tablesOf(whole, catalogue.snapshotTables),
      bucketCount,
      this.#request.known_at ?? null,
    );
    this.document.snapshot_id = manifest.snapshot_id;
    const known = state.snapshots.find(({ snapshot_id }) => snapshot_id === manifest.snapshot_id);
    const { brand, id: run } = this;
    const warn = (text: string) => void this.document.warnings.push(text);
    const publication = { effects: this.#effects, brand, run, judge: this.#request.judge, signal: this.#signal, warn };
    if (known) {
      await publishAgain(publication, known, { manifest, makeAgain: () => this.#execute(planner.graph().nodes) });
      this.#tell("evaluating");
      await addEvaluations(publication, manifest.snapshot_id, await this.#evaluate(whole, judging));
      return;
    }
    const publishing = publishSnapshot(publication, manifest, { state, log_version });
    const told = publishing.then(() => this.#tell("evaluating"));
    const [published, judged] = await Promise.allSettled([told, this.#evaluate(whole, judging)]);
    if (published.status === "rejected") throw published.reason;
    if (judged.status === "rejected") throw judged.reason;
    await addEvaluations(publication, manifest.snapshot_id, judged.value);
  }

  /** Everything that the snapshot is made of. How many buckets there are follows from the customers that the identity comes to: the number of the
   *  last snapshot is taken until that is known, and all is looked up by it meanwhile. */
  async #make(plan: RunPlan, state: BrandState): Promise<Planned> {
    const first = new Planner({ ...plan.base, bucketCount: 1 });
    const ids = first.require("customer_ids", null)[0];
    const before = currentSnapshot(state)?.customers ?? 0;
    let keeping: Promise<void> | undefined;
    const keep = () => {
      keeping ??= ids ? this.#keepIds(ids) : Promise.resolve();
      keeping.catch(() => {}); // awaited below: nothing is published before the log has the ids
    };
    const isSure = before > 0 && bucketsFor(before * 0.9) === bucketsFor(before * 1.1);
    this.#onMade = (key) => isSure && key === ids?.key && keep();
    const begun = isSure ? undefined : this.#execute(first.graph().nodes);
    begun?.catch(() => {}); // awaited below, once the rest is planned beside it
    const guessed = this.#planned(plan, bucketsFor(before));
    await (begun ?? this.#executeAll(guessed));
    const customers = ids ? this.#customersOf(ids) : 0;
    keep();
    const bucketCount = bucketsFor(await customers);
    const planned = bucketCount === guessed.bucketCount ? guessed : this.#planned(plan, bucketCount);
    if (!isSure || planned !== guessed) await this.#executeAll(planned);
    await keeping;
    return planned;
  }

  #planned(plan: RunPlan, bucketCount: number): Planned {
    const planner = new Planner({ ...plan.base, bucketCount });
    for (const { step } of tablesOf(plan, this.#effects.catalogue.snapshotTables)) planner.require(step);
    for (const model of plan.models) planner.require(`fit_${model}`);
    const present = this.#find(planner.graph().nodes);
    present.catch(() => {}); // told by whoever awaits it
    return { bucketCount, planner, present, judging: this.#judging(plan, bucketCount) };
  }

  async #executeAll({ planner, present }: Planned): Promise<void> {
    await this.#execute(planner.graph().nodes, this.#withMade(await present));
  }

  /** How the models are judged at all cuts, as one graph; what of it is there is looked up beside whatever is done first. */
  #judging(plan: RunPlan, bucketCount: number): Judging {
    const tournaments: TaskNode[] = [];
    const cuts = Array.from({ length: rollingCuts }, (_, cut) => {
      const plannerOf = () => cutPlanner(plan, bucketCount, cut, this.#request.horizon_days).planner;
      const planner = plannerOf();
      for (const model of plan.models) planner.require(`evaluate_${model}`);
      if (cut === 0 && this.#request.models === undefined) {
        tournaments.push(...modelTargets.flatMap((target) => planner.require(`evaluate_tournament_${target}`)));
      }
      return { plannerOf, planner };
    });
    const nodes = inOneGraph(cuts.map(({ planner }) => planner.graph().nodes));
    const present = this.#find(nodes);
    present.catch(() => {}); // told by whoever awaits it
    return { tournaments, cuts, nodes, present };
  }

  /** Gives whose results belong to the snapshot. */
  async #evaluate(plan: RunPlan, { tournaments, cuts, nodes, present }: Judging): Promise<TaskNode[]> {
    const ours = withoutPrograms(plan);
    await this.#execute(nodes, this.#withMade(await present));
    const wanted = [...tournaments];
    for (const { planner, plannerOf } of cuts) {
      const judged = await this.#withPrograms(plan, ours, (name) => {
        const own = plannerOf();
        own.require(`evaluate_${name}`);
        return own;
      });
      wanted.push(...judged.models.flatMap((model) => planner.require(`evaluate_${model}`)));
    }
    return wanted;
  }

  /** A retailer's own programs come after all else and one by one: one that fails, or that this machine may not run, is left out of
   *  the snapshot with a warning, unless it was asked for by name. */
  async #withPrograms(asked: RunPlan, plan: RunPlan, plannerOf: (name: string) => Planner): Promise<RunPlan> {
    const models = [...plan.models];
    for (const { name } of asked.programs) {
      try {
        await this.#execute(plannerOf(name).graph().nodes);
        models.push(name);
      } catch (error) {
        if (this.#signal.aborted || asked.isAskedFor(name) || !isLeftOut(error)) throw error;
        const [hint, ...more] = error.hint.split("\n"); // its last lines stand with the task
        this.document.warnings.push(`${name} is left out: ${error.message}${more.length > 0 ? "" : ` ${hint}`}`);
      }
    }
    return { ...plan, models, programs: asked.programs.filter(({ name }) => models.includes(name)) };
  }

  async #keepIds(ids: TaskNode): Promise<void> {
    const { brands } = this.#effects;
    const clusters = ids.inputs.clusters?.[0]?.key ?? "";
    const state = await brands.refresh(this.brand);
    if (state.ids.some((one) => one.clusters === clusters)) return;
    const previous = ids.inputs.previous?.[0]?.key ?? null;
    await brands.append(this.brand, "ids_assigned", { clusters, ids: ids.key, previous }, `ids:${clusters}`);
  }

  async #customersOf(ids: TaskNode): Promise<number> {
    const brandDir = this.#effects.brands.directory(this.brand);
    const { value } = await this.#effects.engine.call("artifacts.json", { brandDir, key: ids.key, output: "totals" });
    return typeof value === "object" && value !== null && "customers" in value ? Number(value.customers) : 0;
  }

  async #warnOfMoney(planner: Planner, currency: string): Promise<void> {
    const { engine, brands } = this.#effects;
    const where = { engine, brandDir: brands.directory(this.brand), currency, signal: this.#signal };
    this.document.warnings.push(...(await unconvertedWarnings(planner.graph().nodes, where)));
  }

  async #find(nodes: readonly TaskNode[]): Promise<Map<string, ArtifactSummary>> {
    const { engine, brands } = this.#effects;
    const input = { brandDir: brands.directory(this.brand), keys: nodes.map(({ key }) => key), keeps: true };
    const { found } = await engine.call("artifacts.find", input, { signal: this.#signal });
    return new Map(found.map((one) => [one.key, one]));
  }

  /** What was found before this plan made anything of it, and what it made since. */
  #withMade(found: ReadonlyMap<string, ArtifactSummary>): Map<string, ArtifactSummary> {
    return new Map([...found, ...this.#made]);
  }

  /** `known`: what is known to be there; left out: it is looked for. */
  async #execute(nodes: readonly TaskNode[], known?: ReadonlyMap<string, ArtifactSummary>): Promise<void> {
    const { engine, brands } = this.#effects;
    const brandDir = brands.directory(this.brand);
    const present = known ?? (await this.#find(nodes));
    await refuseWhileErasing(engine, brandDir);
    const { workers, memoryBytes, runner } = this.#request;
    const isHere = runner !== "inline" && !this.#session;
    const asked = { brandDir, attempt: this.id, workers, memoryBytes, isInline: runner === "inline", keeps: isHere };
    const here = runHere(engine, asked, this.#own.permits);
    await runGraph({
      graph: { nodes },
      present,
      workers: this.#session ? queueWindow : workers,
      ahead: isHere ? workers : 0,
      isQueue: this.#session !== undefined,
      signal: this.#signal,
      now: () => performance.now() - this.#began,
      onSchedule: (schedule) => this.#adopt(schedule),
      onChange: () => this.#refresh(),
      onLine: (key, line) => this.#log(key, line),
      setAside: (node) => {
        const why = "three workers ended while they worked on it";
        return setAside(engine, { brandDir, node, run: this.id, why });
      },
      runTask: async (node, options) => {
        const places = { ...this.#own, session: this.#session, here };
        const outcome = await (await runnerOf(node, places))(node, options);
        if (outcome) this.#made.set(node.key, outcome);
        if (outcome) this.#onMade(node.key);
        return outcome;
      },
    });
  }

  #log(key: string, { at_ms, text }: LogLine): void {
    const task = this.#tasks.get(key);
    if (!task) return;
    const { step, scope } = task.node;
    this.logs.add({ key, step, scope }, { at_ms: (task.startedMs ?? performance.now() - this.#began) + at_ms, text });
  }

  /** Tasks of earlier parts of the run keep what is known of them. */
  #adopt(schedule: Schedule): void {
    for (const [key, task] of schedule.tasks) {
      const before = this.#tasks.get(key);
      if (before && task.state === "reused" && before.state === "computed")
        Object.assign(task, { ...before, node: task.node });
      this.#tasks.set(key, task);
    }
    this.#schedule = schedule;
    this.#refresh(true);
  }

  #tell(state: Run["state"]): void {
    this.document.state = state;
    this.#refresh(true);
  }

  async #measure(): Promise<void> {
    try {
      const { rss_bytes, peak_rss_bytes } = await this.#effects.engine.call("process.memory", {});
      this.document.rss_bytes = rss_bytes;
      this.document.peak_rss_bytes = Math.max(this.document.peak_rss_bytes, peak_rss_bytes);
      this.memory.add(performance.now() - this.#began, rss_bytes);
    } catch {
      // the engine is being replaced; the figure stays
    }
    this.#refresh();
  }

  /** The figures cost time that grows with the number of tasks: never more than a twentieth of the run's goes into them. */
  #refresh(isDue = false): void {
    const now = performance.now();
    if (!isDue && now < this.#nextFigures) return;
    const at = { tasks: this.#tasks, schedule: this.#schedule, secondsBefore: this.#secondsBefore };
    writeFigures(this.document, { ...at, nowMs: now - this.#began });
    this.#reckon();
    this.#effects.onChange(this.brand, this.document);
    const spent = performance.now() - now;
    this.#nextFigures = now + Math.max(100, spent * 20);
  }

  /** What it costs so far; beyond its budget it is stopped, and what was finished is kept. */
  #reckon(): void {
    const { document } = this;
    if (!this.#prices) return;
    document.cost = runCost(document, this.#instanceSeconds, this.#prices);
    const { budget } = this.#request;
    if (budget === undefined || document.cost.total <= budget || this.#signal.aborted) return;
    this.#overspent = overBudget(document.cost, budget);
    this.cancel();
  }
}
