import { flushCompileCache } from "node:module";
import { toWire } from "../shared/base/errors.ts";
import type { WatchJob } from "./engine/watch-share.ts";
import type { LinkJob } from "./identity/link-job.ts";
import type { ForeignJob } from "./normalise/foreign-job.ts";
import type { ConsoleJob } from "./query/console-job.ts";
import { isUtilityProcess, parentChannel } from "./service/parent.ts";

type Job = ConsoleJob | ForeignJob | LinkJob | WatchJob;

/** One job from the parent, one answer, then the end; the parent kills it whenever it likes. */
const channel = parentChannel();
const stop = channel.onMessage((job) => {
  stop();
  answer(job as Job).then(
    (message) => {
      if (isUtilityProcess()) channel.send(message);
      else process.send?.(message, () => process.exit(0));
    },
    () => process.exit(1),
  );
});
channel.onClose(() => process.exit(0));

async function answer(job: Job): Promise<object> {
  try {
    const ok = await perform(job);
    flushCompileCache(); // its parent doesn't wait for its end
    return { ok };
  } catch (error) {
    return { error: toWire(error) };
  }
}

/** Only what the job needs is loaded. */
async function perform(job: Job): Promise<object> {
  if (job.kind === "console") return (await import("./query/console-job.ts")).runConsoleJob(job);
  if (job.kind === "link")
    return (await import("./identity/link-job.ts")).runLinkJob(job, (note) => channel.send({ note }));
  if (job.kind === "watch")
    return (await import("./engine/watch-share.ts")).watchShare(job, (note) => channel.send({ note }));
  const { runForeignJob } = await import("./normalise/foreign-job.ts");
  return runForeignJob(job, (note) => channel.send({ note }));
}
