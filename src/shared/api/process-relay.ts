import type { RelayAnswer, RelayRequest, StartedProcess, StartProcess } from "../base/started-process.ts";
import type { Channel } from "./channel.ts";

/** Starts processes by asking the other end of a channel for them, which answers with `serveProcesses`. */
export function relayedProcesses(channel: Pick<Channel, "send" | "onMessage">): StartProcess {
  let last = 0;
  return (name) => {
    const child = ++last;
    const hearers = new Set<(message: unknown) => void>();
    const enders = new Set<(how: string) => void>();
    const ask = (request: RelayRequest) => channel.send(request);
    const stop = channel.onMessage((message) => {
      if (!isOf<RelayAnswer>(message) || message.child !== child) return;
      if ("ended" in message) {
        stop();
        for (const ender of [...enders]) ender(message.ended);
      } else for (const hearer of [...hearers]) hearer(message.message);
    });
    ask({ child, start: name });
    return {
      pid: () => undefined, // the parent knows it
      send: (message) => ask({ child, send: message }),
      onMessage: (listener) => {
        hearers.add(listener);
        return () => hearers.delete(listener);
      },
      onEnd: (listener) => {
        enders.add(listener);
        return () => enders.delete(listener);
      },
      end: () => ask({ child, kill: true }),
      kill: () => ask({ child, kill: true }),
    };
  };
}

/** Starts disposable processes for the other end, and none else; what still runs is killed by what it returns. */
export function serveProcesses(channel: Pick<Channel, "send" | "onMessage">, start: StartProcess): () => void {
  const running = new Map<number, StartedProcess>();
  const answer = (message: RelayAnswer) => channel.send(message);
  const stop = channel.onMessage((message) => {
    if (!isOf<RelayRequest>(message)) return;
    const { child } = message;
    if ("start" in message) {
      if (message.start !== "disposable" || running.has(child)) return answer({ child, ended: "not permitted" });
      const started = start("disposable");
      running.set(child, started);
      started.onMessage((said) => answer({ child, message: said }));
      started.onEnd((how) => {
        running.delete(child);
        answer({ child, ended: how });
      });
    } else if ("send" in message) running.get(child)?.send(message.send);
    else running.get(child)?.kill();
  });
  return () => {
    stop();
    for (const started of running.values()) started.kill();
    running.clear();
  };
}

function isOf<T extends { readonly child: number }>(message: unknown): message is T {
  return typeof message === "object" && message !== null && "child" in message && typeof message.child === "number";
}
