import { type Rhythm, type Timetable, weekdays } from "../format/schedule.ts";

interface Props {
  readonly value: Timetable;
  readonly never: string;
  readonly onChange: (value: Timetable) => void;
}

/** When something happens, chosen by rhythm and time, or as a pattern of one's own. */
export function TimetableFields({ value, never, onChange }: Props) {
  const set = (more: Partial<Timetable>) => onChange({ ...value, ...more });
  return (
    <>
      <label className="on">
        When
        <select
          className="field"
          value={value.rhythm}
          onChange={(event) => set({ rhythm: event.target.value as Rhythm })}
        >
          <option value="never">{never}</option>
          <option value="daily">Every day</option>
          <option value="weekly">Every week</option>
          <option value="pattern">By a pattern</option>
        </select>
      </label>
      {value.rhythm === "weekly" && (
        <label className="on">
          On
          <select
            className="field"
            value={value.weekday}
            onChange={(event) => set({ weekday: Number(event.target.value) })}
          >
            {weekdays.map((name, at) => (
              <option key={name} value={at}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {(value.rhythm === "daily" || value.rhythm === "weekly") && (
        <label className="on">
          At
          <input
            className="field"
            type="time"
            required
            value={value.time}
            onChange={(event) => set({ time: event.target.value })}
          />
        </label>
      )}
      {value.rhythm === "pattern" && (
        <label className="on">
          Minute, hour, day, month, weekday
          <input
            className="field mono"
            value={value.pattern}
            placeholder="30 2 * * *"
            spellCheck={false}
            onChange={(event) => set({ pattern: event.target.value })}
          />
        </label>
      )}
    </>
  );
}
