import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import type { OwnEvent } from "../../../shared/domain/own-model.ts";
import { integer } from "../../format/format.ts";

type Choices = OutputOf<AssayContract["own_models.choices"]>;

const kinds: readonly (readonly [OwnEvent["kind"], string])[] = [
  ["purchase", "Buys"],
  ["return", "Sends something back"],
  ["message", "Reacts to a message"],
  ["visit", "Visits the site"],
  ["event", "Another event"],
];
const messages = ["opened", "clicked", "unsubscribed", "complained", "bounced", "sent", "delivered"];

function emptyEvent(kind: OwnEvent["kind"], choices: Choices): OwnEvent {
  const first = (field: string) => choices.events.find((one) => one.field === field)?.value;
  if (kind === "message") return { kind, type: "opened" };
  if (kind === "event") return { kind, type: first("event.type") ?? "" };
  return { kind };
}

interface Props {
  readonly value: OwnEvent;
  readonly choices: Choices;
  readonly onChange: (event: OwnEvent) => void;
}

/** Which event is foretold, and what narrows it down. */
export function EventFields({ value, choices, onChange }: Props) {
  const seen = (field: string) => choices.events.filter((one) => one.field === field);
  return (
    <>
      <label className="on">
        What happens
        <select
          className="field"
          value={value.kind}
          onChange={(event) => onChange(emptyEvent(event.target.value as OwnEvent["kind"], choices))}
        >
          {kinds.map(([kind, label]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {value.kind === "purchase" && (
        <>
          <Narrowed
            label="From the category"
            any="Any category"
            value={value.category}
            options={seen("purchase.category")}
            onChange={(category) => onChange({ ...value, category })}
          />
          <Narrowed
            label="Of the brand"
            any="Any brand"
            value={value.brand}
            options={seen("purchase.brand")}
            onChange={(brand) => onChange({ ...value, brand })}
          />
        </>
      )}
      {value.kind === "message" && (
        <label className="on">
          Which reaction
          <select
            className="field"
            value={value.type}
            onChange={(event) => onChange({ kind: "message", type: event.target.value })}
          >
            {[...new Set([...messages, value.type])].map((type) => (
              <option key={type} value={type}>
                {type}
                {countOf(seen("message.type"), type)}
              </option>
            ))}
          </select>
        </label>
      )}
      {value.kind === "visit" && (
        <Narrowed
          label="With"
          any="Any page event"
          value={value.type}
          options={seen("visit.type")}
          onChange={(type) => onChange({ ...value, type })}
        />
      )}
      {value.kind === "event" && (
        <label className="on">
          Type of the event
          <input
            className="field"
            required
            value={value.type}
            list="own-event-types"
            onChange={(event) => onChange({ kind: "event", type: event.target.value })}
          />
          <datalist id="own-event-types">
            {seen("event.type").map((one) => (
              <option key={one.value} value={one.value} />
            ))}
          </datalist>
        </label>
      )}
    </>
  );
}

function countOf(seen: Choices["events"], type: string): string {
  const found = seen.find(({ value }) => value === type);
  return seen.length === 0 ? "" : ` (${integer(found?.n ?? 0)} so far)`;
}

interface NarrowedProps {
  readonly label: string;
  readonly any: string;
  readonly value: string | undefined;
  readonly options: Choices["events"];
  readonly onChange: (value: string | undefined) => void;
}

function Narrowed({ label, any, value, options, onChange }: NarrowedProps) {
  const isOther = value !== undefined && !options.some((one) => one.value === value);
  return (
    <label className="on">
      {label}
      <select className="field" value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">{any}</option>
        {isOther && <option value={value}>{value}</option>}
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.value}
          </option>
        ))}
      </select>
    </label>
  );
}
