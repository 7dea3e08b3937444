import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { Icon } from "./Icon.tsx";

const setting = "next_steps";
const steps: readonly { readonly key: string; readonly to: string; readonly name: string; readonly what: string }[] = [
  {
    key: "customers",
    to: "/customers",
    name: "Read one customer",
    what: "History, scores and why they are what they are: Enter opens a row, Esc closes it.",
  },
  {
    key: "segments",
    to: "/segments/new",
    name: "Make an audience",
    what: "Size, money and reach follow every rule; the list leaves out the suppressed.",
  },
  {
    key: "models",
    to: "/models",
    name: "See how far to trust it",
    what: "Each model against its baseline on a time split.",
  },
  { key: "sql", to: "/sql", name: "Ask with SQL or Python", what: "The snapshot’s tables, read where they lie." },
];

/** What to do with the first snapshot: shown until it is dismissed or everything was looked at. */
export function NextSteps() {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  const kept = settings.data?.values[setting];
  if (!settings.data || kept === "dismissed") return null;
  const seen = Array.isArray(kept) ? kept.map(String) : [];
  if (steps.every(({ key }) => seen.includes(key))) return null;
  const write = (value: string | string[]) =>
    void client.call("settings.write", { name: setting, value }).then(() => settings.refetch());
  return (
    <section className="next-steps" aria-label="What to do next">
      <ol>
        {steps.map(({ key, to, name, what }, at) => (
          <li key={key} data-seen={seen.includes(key)}>
            <span className="n" aria-hidden="true">
              {seen.includes(key) ? "✓" : at + 1}
            </span>
            <span>
              <a href={to} data-route onClick={() => write([...new Set([...seen, key])])}>
                {name}
              </a>
              {seen.includes(key) && <span className="sr">, looked at</span>}
              <br />
              <span className="ink2">{what}</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="muted small">
        <kbd>?</kbd> lists all keys.
      </p>
      <button
        type="button"
        className="button quiet"
        aria-label="Dismiss what to do next"
        title="Dismiss"
        onClick={() => write("dismissed")}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}
