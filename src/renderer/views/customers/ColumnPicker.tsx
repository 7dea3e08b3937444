import { useState } from "react";
import type { Field } from "../../../shared/api/contract/customers.ts";
import { Dialog } from "../../components/Dialog.tsx";

interface Props {
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  readonly onPick: (columns: string[]) => void;
  readonly onReset: () => void;
}

/** Which columns stand in the table, by group; they stay so on this machine. */
export function ColumnPicker({ fields, columns, onPick, onReset }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const pickable = fields.filter(({ name }) => name !== "customer_id");
  const groups = [...new Set(pickable.map(({ group }) => group))];
  return (
    <>
      <button type="button" className="button" onClick={() => setIsOpen(true)}>
        Columns
      </button>
      {isOpen && (
        <Dialog label="Columns" onClose={() => setIsOpen(false)}>
          <h2>Columns</h2>
          {groups.map((group) => (
            <fieldset key={group} className="picks">
              <legend>{group}</legend>
              {pickable
                .filter((field) => field.group === group)
                .map(({ name, label, help }) => (
                  <label key={name} className="check" title={help}>
                    <input
                      type="checkbox"
                      checked={columns.includes(name)}
                      onChange={(event) =>
                        onPick(event.target.checked ? [...columns, name] : columns.filter((one) => one !== name))
                      }
                    />
                    <span className="clip">{label}</span>
                  </label>
                ))}
            </fieldset>
          ))}
          <div className="actions">
            <button type="button" className="button primary" onClick={() => setIsOpen(false)}>
              Close
            </button>
            <button type="button" className="button" onClick={onReset}>
              Usual columns
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
