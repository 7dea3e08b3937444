import { useState } from "react";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { Panel } from "../../components/Panel.tsx";
import { TimetableFields } from "../../components/TimetableFields.tsx";
import { day } from "../../format/format.ts";
import { lasting, readSchedule, scheduleWords, writeSchedule } from "../../format/schedule.ts";

interface Props {
  readonly source: Source;
  readonly timeZone: string;
  readonly onSave: (timetable: { schedule: string | null; expected_by: string | null }) => void;
}

function finding({ schedule, is_late, expected_at, is_due }: Source): string {
  if (schedule === null) return "Delivers when it likes";
  if (is_late && expected_at) return `Late for ${lasting(Date.now() - Date.parse(expected_at))}`;
  return is_due ? "A delivery is due" : "On time";
}

/** When a source delivers and from when on its delivery is late. */
export function TimetablePanel({ source, timeZone, onSave }: Props) {
  const [timetable, setTimetable] = useState(() => readSchedule(source.schedule));
  const [expectedBy, setExpectedBy] = useState(source.expected_by ?? "");
  const next = {
    schedule: writeSchedule(timetable),
    expected_by: timetable.rhythm === "never" || expectedBy === "" ? null : expectedBy,
  };
  const isChanged = next.schedule !== source.schedule || next.expected_by !== source.expected_by;
  return (
    <Panel
      span="s12"
      title={finding(source)}
      under={
        source.schedule === null
          ? "Without a schedule it is looked at by every nightly job and never late"
          : `${scheduleWords(source.schedule)}, ${timeZone}${source.next_at ? `; next ${day(source.next_at)}` : ""}`
      }
    >
      <form
        className="timetable"
        onSubmit={(event) => {
          event.preventDefault();
          onSave(next);
        }}
      >
        <TimetableFields value={timetable} never="When it likes" onChange={setTimetable} />
        {timetable.rhythm !== "never" && (
          <label className="on">
            Late after
            <input
              className="field"
              type="time"
              value={expectedBy}
              onChange={(event) => setExpectedBy(event.target.value)}
            />
          </label>
        )}
        <button type="submit" className="button" disabled={!isChanged}>
          Save schedule
        </button>
      </form>
    </Panel>
  );
}
