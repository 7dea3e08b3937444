import { NumberInput } from "../../components/NumberInput.tsx";
import { Term } from "../../components/Term.tsx";
import { integer, leftOutWords } from "../../format/format.ts";

interface Cap {
  readonly isCapped: boolean;
  readonly messages: number;
  readonly within: number;
}

/** Whoever had enough messages lately, left out or not. */
export function CapFields({ form, set }: { form: Cap; set: (part: Partial<Cap>) => void }) {
  return (
    <div className="cap">
      <label className="check">
        <input type="checkbox" checked={form.isCapped} onChange={(event) => set({ isCapped: event.target.checked })} />
        Leave out whoever had
      </label>
      <NumberInput
        className="field short"
        min={1}
        aria-label="Messages"
        disabled={!form.isCapped}
        value={form.messages}
        onChange={(messages) => set({ messages })}
      />
      <span>messages in</span>
      <NumberInput
        className="field short"
        min={1}
        aria-label="Days of the cap"
        disabled={!form.isCapped}
        value={form.within}
        onChange={(within) => set({ within })}
      />
      <span>
        days (<Term name="contact_cap">cap</Term>)
      </span>
    </div>
  );
}

/** Who the list would leave out, and why. */
export function LeftOut({ rows }: { rows: readonly { readonly reason: string; readonly count: number }[] }) {
  if (rows.length === 0) return null;
  return (
    <ul className="left-out">
      {rows.map(({ reason, count }) => (
        <li key={reason}>
          <span className="num">−{integer(count)}</span> {leftOutWords(reason)}
        </li>
      ))}
    </ul>
  );
}
