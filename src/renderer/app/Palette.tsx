import { useState } from "react";
import { useAsk } from "../client/queries.ts";
import { Dialog } from "../components/Dialog.tsx";
import { go } from "./route.ts";
import { screens } from "./screens.ts";

interface Hit {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly more: string;
  readonly to: string;
}
const actions: readonly Hit[] = [
  { key: "new segment", kind: "Action", name: "New segment", more: "Build an audience", to: "/segments/new" },
  {
    key: "new campaign",
    kind: "Action",
    name: "New campaign",
    more: "Audience, variants, holdout",
    to: "/campaigns/new",
  },
  {
    key: "plan offers",
    kind: "Action",
    name: "Plan offers",
    more: "Whom to offer what within a budget",
    to: "/campaigns/offers",
  },
  { key: "new experiment", kind: "Action", name: "New experiment", more: "A variant beside", to: "/experiments?new=1" },
  { key: "define model", kind: "Action", name: "Define a model", more: "The chance of any event", to: "/models/new" },
  { key: "self-test", kind: "Action", name: "Self-test", more: "Recompute published values", to: "/models/self-test" },
  { key: "add source", kind: "Action", name: "Add source", more: "Recognise files or a folder", to: "/sources/add" },
];

/** Any screen, action, segment, campaign, model or customer by typing. */
export function Palette({ brand, onClose }: { brand: string | null; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = text.trim().toLowerCase();
  const people = useAsk(
    "customers.search",
    { brand: brand ?? "", text, limit: 8 },
    { enabled: brand !== null && wanted.length > 1, keep: true },
  );
  const segments = useAsk("segments.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const campaigns = useAsk("campaigns.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const models = useAsk("models.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const isWanted = (name: string) => name.toLowerCase().includes(wanted);
  const hits: Hit[] = [
    ...(brand ? screens : [])
      .filter(({ name }) => isWanted(name))
      .map(({ key, name, letter }) => ({
        key,
        kind: "Screen",
        name,
        more: `G ${letter.toUpperCase()}`,
        to: `/${key}`,
      })),
    ...(brand ? actions : []).filter(({ name }) => isWanted(name)),
    ...(segments.data?.segments ?? [])
      .filter(({ segment }) => wanted !== "" && isWanted(segment))
      .map(({ segment, sentence }) => ({
        key: `segment ${segment}`,
        kind: "Segment",
        name: segment,
        more: sentence,
        to: `/segments/${segment}`,
      })),
    ...[...(campaigns.data?.campaigns ?? []), ...(campaigns.data?.delivered ?? [])]
      .filter(({ campaign }) => wanted !== "" && isWanted(campaign))
      .map(({ campaign }) => ({
        key: `campaign ${campaign}`,
        kind: "Campaign",
        name: campaign,
        more: "",
        to: `/campaigns/${encodeURIComponent(campaign)}`,
      })),
    ...(brand && wanted !== "" ? (models.data?.models ?? []) : [])
      .filter(({ title, name }) => isWanted(title) || isWanted(name))
      .map(({ name, title, purpose }) => ({
        key: `model ${name}`,
        kind: "Model",
        name: title,
        more: purpose,
        to: `/models/${name}`,
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
  const press = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(hits.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter") open(hits[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Search or go to" onClose={onClose} className="palette">
      <input
        aria-label="Search screens, customers, segments, campaigns, models and actions"
        placeholder="Search screens, customers, segments, campaigns, models"
        value={text}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-hits"
        aria-activedescendant={hits[at] ? `hit-${at}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div className="hits" id="palette-hits" role="listbox" aria-label="Hits">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above owns the keyboard
          <div
            key={hit.key}
            id={`hit-${index}`}
            className="hit"
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            ref={index === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            onMouseMove={() => setAt(index)}
            onClick={() => open(hit)}
          >
            <span className="kind">{hit.kind}</span>
            <span className="strong">{hit.name}</span>
            <span className="muted clip">{hit.more}</span>
          </div>
        ))}
      </div>
      {hits.length === 0 && (
        <p className="nothing" role="status">
          {brand === null
            ? "Screens, customers and segments stand here once there is a retailer."
            : people.data?.indexing
              ? "The search index is being built."
              : "Nothing matches."}
        </p>
      )}
    </Dialog>
  );
}
