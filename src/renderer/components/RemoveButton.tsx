import { Icon } from "./Icon.tsx";

/** The small cross at the end of a row; what it takes away can be taken back. */
export function RemoveButton({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <button type="button" className="button quiet" title="Remove" aria-label={`Remove ${name}`} onClick={onRemove}>
      <Icon name="close" />
    </button>
  );
}
