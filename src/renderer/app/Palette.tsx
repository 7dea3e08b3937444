import { useState } from "react";
import { useAsk } from "../client/queries.ts";
import { Dialog } from "../components/Dialog.tsx";
import { go } from "./route.ts";
import { screens } from "./Shell.tsx";

interface Hit {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly more: string;
  readonly to: string;
}

/** Any screen, customer or segment by typing. */
export function Palette({ brand, onClose }: { brand: string | null; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const people = useAsk(
    "customers.search",
    { brand: brand ?? "", text, limit: 8 },
    { enabled: brand !== null && text.trim().length > 1, keep: true },
  );
  const segments = useAsk("segments.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const wanted = text.trim().toLowerCase();
  const hits: Hit[] = [
    ...(brand ? screens : [])
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map(({ key, name }) => ({ key, kind: "Screen", name, more: "", to: `/${key}` })),
    ...(segments.data?.segments ?? [])
      .filter(({ segment }) => wanted !== "" && segment.toLowerCase().includes(wanted))
      .map(({ segment, sentence }) => ({
        key: `segment ${segment}`,
        kind: "Segment",
        name: segment,
        more: sentence,
        to: `/segments/${segment}`,
      })),
    ...(wanted.length > 1 ? (people.data?.hits ?? []) : []).map((hit) => ({
      key: hit.customer_id,
      kind: "Customer",
      name: hit.name ?? hit.email ?? hit.customer_id,
      more: [hit.email, hit.place].filter(Boolean).join(" · "),
      to: `/customers/${hit.customer_id}`,
    })),
  ];
  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    go(hit.to);
  };
  return (
    <Dialog label="Search or go to" onClose={onClose} className="palette">
      <input
        aria-label="Search screens, customers and segments"
        placeholder="Search screens, customers, segments"
        value={text}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-hits"
        aria-activedescendant={hits[at] ? `hit-${at}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(hits.length - 1, at + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
          else if (event.key === "Enter") open(hits[at]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="palette-hits" role="listbox" aria-label="Hits">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above owns the keyboard
          <li
            key={hit.key}
            id={`hit-${index}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            onMouseMove={() => setAt(index)}
            onClick={() => open(hit)}
          >
            <span className="muted" style={{ width: 70 }}>
              {hit.kind}
            </span>
            <span className="strong">{hit.name}</span>
            <span className="muted" style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
              {hit.more}
            </span>
          </li>
        ))}
        {hits.length === 0 && (
          <li className="muted">{people.data?.indexing ? "The search index is being built." : "Nothing matches."}</li>
        )}
      </ul>
    </Dialog>
  );
}
