import { CloseRow, Dialog } from "../components/Dialog.tsx";
import { keyName } from "../format/keys.ts";
import { screens } from "./screens.ts";

const groups: readonly { readonly name: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    name: "Everywhere",
    keys: [
      ["Ctrl K or /", "Search or go to"],
      ["Ctrl Z", "Take back what was just done"],
      ["Esc", "Close the innermost"],
      ["?", "This list"],
    ],
  },
  {
    name: "Screens",
    keys: screens.map(({ letter, name }) => [`G ${letter.toUpperCase()}`, name] as const),
  },
  {
    name: "Customers and results",
    keys: [
      ["↑ ↓ PgUp PgDn Home End", "Move"],
      ["Enter", "Open the details"],
      ["Space", "Choose or leave out"],
      ["Shift Space", "Choose from the last one on"],
      ["Ctrl A", "Choose all that the filters hold"],
    ],
  },
  {
    name: "SQL",
    keys: [
      ["Ctrl Enter", "Run the statement, or what is marked"],
      ["Ctrl Space", "Offer names"],
      ["↑ ↓ Enter Tab", "Take an offered name"],
    ],
  },
  { name: "Segments", keys: [["Ctrl Z", "Undo the last change of the rule"]] },
];

/** Every key of the program. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keyboard" onClose={onClose} className="wide">
      <h2>Keyboard</h2>
      <div className="key-groups">
        {groups.map(({ name, keys }) => (
          <table key={name} className="plain tight">
            <caption>{name}</caption>
            <tbody>
              {keys.map(([key, what]) => (
                <tr key={key}>
                  <td className="nowrap">
                    <kbd>{keyName(key)}</kbd>
                  </td>
                  <td>{what}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <CloseRow onClose={onClose} />
    </Dialog>
  );
}
