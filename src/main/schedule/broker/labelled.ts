import type { BrokerConnection } from "../cluster/connection.ts";
import { type Consumer, type ConsumerOptions, openConsumer } from "./consumer.ts";

/** The agent's side of the queue that is everybody's and of those of its labels, as one. Of a label's queue it takes a job at a time:
 *  such a program uses the whole machine. */
export async function openConsumers(
  connection: BrokerConnection,
  options: ConsumerOptions,
  labels: readonly string[],
): Promise<Consumer> {
  const common = await openConsumer(connection, options);
  const own: Consumer[] = [];
  try {
    for (const label of labels) {
      const names = { ...options.names, label };
      own.push(await openConsumer(connection, { ...options, names, concurrency: 1, onCancelledRun: () => {} }));
    }
  } catch (error) {
    for (const one of [common, ...own]) await one.close(options.agent);
    throw error;
  }
  const all = [common, ...own];
  return {
    isUp: () => common.isUp(),
    setConcurrency: (tasks) => common.setConcurrency(tasks),
    pause: async () => void (await Promise.all(all.map((one) => one.pause()))),
    resume: async () => void (await Promise.all(all.map((one) => one.resume()))),
    isCancelled: (run) => common.isCancelled(run),
    announce: (record, paid) => common.announce(record, paid),
    paid: (day) => common.paid(day),
    close: async (agent) => void (await Promise.all(all.map((one) => one.close(agent)))),
  };
}
