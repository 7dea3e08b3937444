import { type AssayBridge, bridgeChannel } from "../../shared/api/bridge.ts";
import type { Channel } from "../../shared/api/channel.ts";
import { type Client, createClient } from "../../shared/api/client.ts";
import type { AssayContract } from "../../shared/api/contract.ts";

export type AssayClient = Client<AssayContract>;

declare global {
  interface Window {
    /** What the desktop's preload hands the page. */
    readonly assay?: AssayBridge;
  }
}

function socketChannel(socket: WebSocket): Channel {
  const waiting: string[] = [];
  socket.addEventListener("open", () => {
    for (const text of waiting.splice(0)) socket.send(text);
  });
  return {
    send: (message) => {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    onMessage: (listener) => {
      const hear = (event: MessageEvent<string>) => listener(JSON.parse(event.data));
      socket.addEventListener("message", hear);
      return () => socket.removeEventListener("message", hear);
    },
    onClose: (listener) => {
      const closed = () => listener();
      socket.addEventListener("close", closed);
      return () => socket.removeEventListener("close", closed);
    },
    close: () => socket.close(),
  };
}

/** The client over what there is: the desktop's port, else a WebSocket to where the page came from. */
export function connect(onLost: () => void): AssayClient {
  const channel = window.assay
    ? bridgeChannel(window.assay)
    : socketChannel(new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/rpc`));
  channel.onClose(onLost);
  return createClient<AssayContract>(channel);
}
