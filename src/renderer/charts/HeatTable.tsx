import type { ReactNode } from "react";

interface Props {
  /** What a row is. */
  readonly of: string;
  /** Heads of the cells, after how many customers a row has. */
  readonly columns: readonly string[];
  readonly className?: string;
  readonly children: ReactNode;
}

/** Groups of customers down, steps across, a share in each cell: a deeper cell is a greater one. */
export function HeatTable({ of, columns, className = "", children }: Props) {
  return (
    <div className="scroll">
      <table className={`heat ${className}`}>
        <thead>
          <tr>
            <th scope="col" className="start">
              {of}
            </th>
            <th scope="col" className="end">
              Customers
            </th>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
