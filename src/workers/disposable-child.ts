import { toWire } from "../shared/base/errors.ts";
import { type ConsoleJob, runConsoleJob } from "./query/console-job.ts";

/** One job from the parent, one answer, then the end; the parent kills it whenever it likes. */
process.once("message", (job: ConsoleJob) => {
  answer(job).then(
    (message) => process.send?.(message, () => process.exit(0)),
    () => process.exit(1),
  );
});
process.once("disconnect", () => process.exit(0));

async function answer(job: ConsoleJob): Promise<object> {
  try {
    return { ok: await runConsoleJob(job) };
  } catch (error) {
    return { error: toWire(error) };
  }
}
