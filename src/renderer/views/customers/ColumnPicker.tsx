import { useState } from "react";
import type { Field } from "../../../shared/api/contract/customers.ts";
import { Dialog } from "../../components/Dialog.tsx";

export function ColumnPicker({
  fields,
  columns,
  onPick,
}: {
  fields: readonly Field[];
  columns: readonly string[];
  onPick: (columns: string[]) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setIsOpen(true)}>
        Columns
      </button>
      {isOpen && (
        <Dialog label="Columns" onClose={() => setIsOpen(false)}>
          <h2>Columns</h2>
          <div style={{ display: "grid", gridTemplateColumns: "repeat(2, 1fr)", gap: 6 }}>
            {fields
              .filter(({ name }) => name !== "customer_id")
              .map((field) => (
                <label key={field.name} title={field.help} style={{ display: "flex", gap: 8 }}>
                  <input
                    type="checkbox"
                    checked={columns.includes(field.name)}
                    onChange={(event) =>
                      onPick(
                        event.target.checked ? [...columns, field.name] : columns.filter((name) => name !== field.name),
                      )
                    }
                  />
                  {field.label}
                </label>
              ))}
          </div>
          <button type="button" className="button" style={{ marginTop: 12 }} onClick={() => setIsOpen(false)}>
            Close
          </button>
        </Dialog>
      )}
    </>
  );
}
