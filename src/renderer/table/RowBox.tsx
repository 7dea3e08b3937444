interface Props {
  readonly name: string;
  readonly isOn: boolean;
  readonly width: number;
  readonly onToggle: (isRange: boolean) => void;
}

/** The box that takes a row in or out; with Shift all from the last one on. */
export function RowBox({ name, isOn, width, onToggle }: Props) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid owns the keyboard
    <div
      role="gridcell"
      aria-colindex={1}
      className="pick"
      style={{ width }}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(event.shiftKey);
      }}
    >
      <input type="checkbox" tabIndex={-1} aria-label={`Choose ${name}`} checked={isOn} readOnly />
    </div>
  );
}
