import { useEffect, useState } from "react";
import { copyText } from "../client/copy-text.ts";
import { Icon } from "./Icon.tsx";

interface Props {
  readonly label: string;
  /** Asked when it is pressed: what is copied may be long. */
  readonly text: () => string | Promise<string>;
}

/** Copies, and says for a moment that it did. */
export function CopyButton({ label, text }: Props) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), 1_600);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      setSaid((await copyText(await text())) ? "Copied" : "Not copied");
    } catch {
      setSaid("Not copied");
    }
  };
  return (
    <button type="button" className="button" aria-live="polite" onClick={() => void copy()}>
      <Icon name="copy" />
      {said ?? label}
    </button>
  );
}
