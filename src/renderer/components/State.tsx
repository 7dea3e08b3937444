import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

export type Tone = "good" | "warn" | "bad" | "muted" | "plain";
const icons: Readonly<Record<Tone, string>> = {
  good: "check",
  warn: "warn",
  bad: "bad",
  muted: "waiting",
  plain: "running",
};

/** How something stands: an icon, a colour and always a word. */
export function State({ tone, icon, children }: { tone: Tone; icon?: string; children: ReactNode }) {
  return (
    <span className={`state ${tone === "plain" ? "" : tone}`}>
      <Icon name={icon ?? icons[tone]} />
      <span>{children}</span>
    </span>
  );
}
