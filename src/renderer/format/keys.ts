const isMac = /mac/i.test(globalThis.navigator?.platform ?? "");

/** A key as this machine's keyboard has it: ⌘ for Ctrl on a Mac, but for Ctrl Space, which means the same there. */
export function keyName(key: string): string {
  return isMac && key !== "Ctrl Space" ? key.replace("Ctrl", "⌘") : key;
}
