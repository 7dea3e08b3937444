import type { Channel } from "../../shared/api/channel.ts";

/** The port that Electron gives a utility process; Node has none. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  off(event: "message", listener: (event: { readonly data: unknown }) => void): unknown;
}
type Self = Pick<NodeJS.Process, "send" | "connected" | "on" | "off" | "once" | "disconnect"> & {
  readonly parentPort?: ParentPort | undefined;
};

/** Whether this process was started by Electron, where Node's fork can't start another one. */
export function isUtilityProcess(self: Self = process as Self): boolean {
  return self.parentPort !== undefined;
}

/** The channel to whoever started this process: Electron's port, else Node's IPC. */
export function parentChannel(self: Self = process as Self): Channel {
  const { parentPort } = self;
  if (!parentPort) {
    return {
      send: (message) => {
        if (self.connected) self.send?.(message, undefined, undefined, () => {});
      },
      onMessage: (listener) => {
        self.on("message", listener);
        return () => self.off("message", listener);
      },
      onClose: (listener) => {
        const closed = () => listener();
        self.once("disconnect", closed);
        return () => self.off("disconnect", closed);
      },
      close: () => self.disconnect(),
    };
  }
  return {
    send: (message) => parentPort.postMessage(message),
    onMessage: (listener) => {
      const hear = ({ data }: { readonly data: unknown }) => listener(data);
      parentPort.on("message", hear);
      return () => parentPort.off("message", hear);
    },
    onClose: () => () => {}, // Electron ends this process with its parent
    close: () => {},
  };
}
