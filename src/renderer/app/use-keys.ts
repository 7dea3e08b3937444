import { useEffect } from "react";
import { go } from "./route.ts";
import { screens } from "./screens.ts";

interface Keys {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
  readonly hasBrand: boolean;
}
const gMilliseconds = 1_200;
const typing = "input, textarea, select, [contenteditable]";

/** Ctrl K, /, ? and G with a letter; none of the bare ones while somebody types or a dialog is open. */
export function useKeys({ onPalette, onHelp, hasBrand }: Keys): void {
  useEffect(() => {
    let wasG = 0;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      const isTyping = event.target instanceof HTMLElement && event.target.closest(typing) !== null;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      if (document.querySelector("[role=dialog]")) return;
      if (event.key === "?") onHelp();
      if (event.key === "/") {
        event.preventDefault();
        onPalette();
      }
      if (event.key === "g") {
        wasG = Date.now();
        return;
      }
      const isAfterG = Date.now() - wasG < gMilliseconds;
      const screen = isAfterG && hasBrand ? screens.find(({ letter }) => letter === event.key) : undefined;
      if (screen) go(`/${screen.key}`);
      wasG = 0;
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onPalette, onHelp, hasBrand]);
}
