import { toWire } from "../shared/base/errors.ts";
import { type ConsoleJob, runConsoleJob } from "./query/console-job.ts";
import { isUtilityProcess, parentChannel } from "./service/parent.ts";

/** One job from the parent, one answer, then the end; the parent kills it whenever it likes. */
const channel = parentChannel();
const stop = channel.onMessage((job) => {
  stop();
  answer(job as ConsoleJob).then(
    (message) => {
      if (isUtilityProcess()) channel.send(message);
      else process.send?.(message, () => process.exit(0));
    },
    () => process.exit(1),
  );
});
channel.onClose(() => process.exit(0));

async function answer(job: ConsoleJob): Promise<object> {
  try {
    return { ok: await runConsoleJob(job) };
  } catch (error) {
    return { error: toWire(error) };
  }
}
