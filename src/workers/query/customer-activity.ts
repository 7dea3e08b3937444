import type { Session } from "../engine/duckdb.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { localDay } from "./views.ts";

/** What became of the messages of a day. */
export interface MessageDay {
  day: string;
  sent: number;
  opened: number;
  clicked: number;
  /** Bounces, complaints and withdrawals. */
  refused: number;
}
export interface VisitWeek {
  /** Its Monday. */
  week: string;
  visits: number;
  events: number;
}

const mostDays = 3000;

/** Messages by day, oldest first. What a program opened is no opening. */
export async function messagesOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<MessageDay[]> {
  if (!snapshot.columnsOf("message_events").has("customer_id")) return [];
  const day = localDay("occurred_at", snapshot.handle.brand.timeZone);
  const rows =
    await session.rows(`SELECT CAST(${day} AS VARCHAR) AS day, count(*) FILTER (event_type IN ('sent', 'delivered')) AS sent,
      count(*) FILTER (event_type = 'opened' AND NOT coalesce(is_machine_open, false)) AS opened, count(*) FILTER (event_type = 'clicked') AS clicked,
      count(*) FILTER (event_type IN ('bounced', 'complained', 'unsubscribed')) AS refused
    FROM message_events WHERE customer_id = ${id} GROUP BY ALL ORDER BY day DESC LIMIT ${mostDays}`);
  return rows
    .map((row) => ({
      day: String(row["day"]),
      sent: numberOf(row["sent"]),
      opened: numberOf(row["opened"]),
      clicked: numberOf(row["clicked"]),
      refused: numberOf(row["refused"]),
    }))
    .reverse();
}

/** Visits by week, oldest first. Where events name no visit, a browser's day is one. */
export async function visitsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<VisitWeek[]> {
  if (!snapshot.columnsOf("web_events").has("customer_id")) return [];
  const day = localDay("occurred_at", snapshot.handle.brand.timeZone);
  const rows = await session.rows(`SELECT CAST(CAST(date_trunc('week', ${day}) AS DATE) AS VARCHAR) AS week,
      count(DISTINCT coalesce(session_id, concat_ws(' ', visitor_id, ${day}))) AS visits, count(*) AS events
    FROM web_events WHERE customer_id = ${id} GROUP BY ALL ORDER BY week DESC LIMIT ${mostDays}`);
  return rows
    .map((row) => ({
      week: String(row["week"]),
      visits: numberOf(row["visits"]),
      events: numberOf(row["events"]),
    }))
    .reverse();
}
