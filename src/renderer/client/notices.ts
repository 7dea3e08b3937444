import { useClient } from "./ClientProvider.tsx";
import { useAsk } from "./queries.ts";

/** Notices of the system at the end of long work: shown only where somebody turned them on, and only while the window isn't
 *  looked at. Permission is asked for by that very click, never before. */
export function useNotices(): { isOn: boolean; canAsk: boolean; turnOn: () => Promise<void> } {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  const isOn = settings.data?.values.notices === true;
  const isPossible = window.assay !== undefined || ("Notification" in window && Notification.permission !== "denied");
  return {
    isOn,
    canAsk: settings.data !== undefined && !isOn && isPossible,
    turnOn: async () => {
      const isAllowed = window.assay !== undefined || (await Notification.requestPermission()) === "granted";
      if (!isAllowed) return;
      await client.call("settings.write", { name: "notices", value: true });
      await settings.refetch();
    },
  };
}

export function showNotice(text: string): void {
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  if (window.assay) void window.assay.notify(text);
  else if ("Notification" in window && Notification.permission === "granted") {
    const shown = new Notification("Assay", { body: text });
    shown.onclick = () => window.focus();
  }
}
