import { useClient } from "./ClientProvider.tsx";
import { useAsk } from "./queries.ts";

/** Whether models that don't surely beat their baseline are shown: kept for this machine, off unless chosen. */
export function useShowUnproven(): { isShown: boolean; show: (isShown: boolean) => void } {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  return {
    isShown: settings.data?.values.show_unproven === true,
    show: (isShown) => void client.call("settings.write", { name: "show_unproven", value: isShown }),
  };
}
