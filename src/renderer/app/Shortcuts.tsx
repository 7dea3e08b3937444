import { Dialog } from "../components/Dialog.tsx";
import { screens } from "./screens.ts";

const keys = [
  ["Ctrl K or /", "Search or go to"],
  [
    `G, then ${screens.map(({ letter }) => letter.toUpperCase()).join(" ")}`,
    screens.map(({ name }) => name).join(", "),
  ],
  ["↑ ↓", "Move in a table"],
  ["Enter", "Open"],
  ["Ctrl Z", "Undo in the segment builder"],
  ["Esc", "Close the innermost"],
  ["?", "This list"],
] as const;

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keyboard" onClose={onClose}>
      <h2>Keyboard</h2>
      <table className="plain">
        <tbody>
          {keys.map(([key, what]) => (
            <tr key={key}>
              <td>
                <kbd>{key}</kbd>
              </td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" className="button" style={{ marginTop: 12 }} onClick={onClose}>
        Close
      </button>
    </Dialog>
  );
}
