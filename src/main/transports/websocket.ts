import type { WebSocket } from "ws";
import type { Channel } from "../../shared/api/channel.ts";
import { toJsonText } from "../../shared/api/json-text.ts";

const mostWaiting = 64 * 1024 * 1024;

/** A channel over a WebSocket; a reader that falls far behind is cut off rather than kept in memory. */
export function socketChannel(socket: WebSocket): Channel {
  return {
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostWaiting) return socket.terminate();
      socket.send(toJsonText(message));
    },
    onMessage: (listener) => {
      const read = (data: unknown, isBinary: boolean) => {
        if (isBinary) return socket.close(1003, "Text only.");
        let message: unknown;
        try {
          message = JSON.parse(String(data));
        } catch {
          return socket.close(1007, "That is no JSON.");
        }
        listener(message);
      };
      socket.on("message", read);
      return () => socket.off("message", read);
    },
    onClose: (listener) => {
      const closed = () => listener();
      socket.once("close", closed);
      return () => socket.off("close", closed);
    },
    close: () => socket.close(),
  };
}

/** Ends sockets whose other end is gone without a word; returns how to stop looking. */
export function watchSockets(sockets: Iterable<WebSocket>, everyMs: number): () => void {
  const silent = new WeakSet<WebSocket>();
  const heard = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      if (!heard.has(socket)) {
        heard.add(socket);
        socket.on("pong", () => silent.delete(socket));
      }
      silent.add(socket);
      socket.ping();
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
