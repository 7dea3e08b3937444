import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { allDays, dayText, historyDays, stamp, trackedFrom } from "./calendar.ts";
import { deliver } from "./deliver.ts";
import { type DemoPerson, emailOn } from "./people.ts";

/** How a subscriber deals with e-mails. */
export interface DemoReader {
  readonly person: DemoPerson;
  /** Chance of opening an e-mail at the best hour, unless tired of them. */
  readonly opens: number;
  /** Chance of a click once it is open. */
  readonly clicks: number;
  readonly bestHour: number;
  /** How fast each further e-mail of a month puts them off. */
  readonly fatigue: number;
  readonly hasMachineOpens: boolean;
  /** E-mails a week: every other one, each, or two. */
  readonly mailsPerWeek: number;
}
export interface DemoClick {
  readonly person: DemoPerson;
  readonly minutes: number;
  readonly campaign: string;
}

interface Message {
  readonly minutes: number;
  readonly second: number;
  readonly email: string;
  readonly campaign: string;
  readonly event: string;
  readonly isMachine: boolean;
}

const subscribers = 450;
const sendHours = [7, 10, 13, 17, 20] as const;

export function makeReaders(random: Random, people: readonly DemoPerson[]): DemoReader[] {
  const ranked = people
    .filter(
      ({ optIn, isProspect, inCrm, isLoyal, hasShopAccount, startsOn }) =>
        optIn && !isProspect && startsOn < historyDays && (inCrm || isLoyal || hasShopAccount),
    )
    .map((person) => {
      const own = random.split(`reader ${person.n}`);
      return { rank: own.next(), own, person };
    });
  ranked.sort((a, b) => a.rank - b.rank || a.person.n - b.person.n);
  return ranked.slice(0, subscribers).map(({ own, person }) => ({
    person,
    opens: own.beta(1.4, 2.6),
    clicks: own.beta(1.5, 6),
    bestHour: own.pick([7, 8, 12, 13, 17, 18, 20, 21]),
    fatigue: own.gamma(0.8, 0.12),
    hasMachineOpens: own.next() < 0.35,
    mailsPerWeek: own.pick([0.5, 1, 1, 2]),
  }));
}

/** The days on which newsletters go out: each Tuesday, and Fridays for those who get two. */
function sendDays(): { day: number; id: string; isExtra: boolean; appeal: number }[] {
  const days = [];
  for (let day = trackedFrom; day < allDays; day++) {
    const weekday = day % 7; // the history begins on a Monday
    if (weekday !== 1 && weekday !== 4) continue;
    const isExtra = weekday === 4;
    days.push({ day, id: `NEWS-${dayText(day)}`, isExtra, appeal: 0.85 + 0.3 * ((day * 7919) % 10) * 0.1 });
  }
  return days;
}

/** What the e-mail platform saw: sent, delivered, opened (by people and by their mail programs), clicked, bounced, complaints and
 *  those who had enough. */
export function writeMail(
  folder: string,
  readers: readonly DemoReader[],
  random: Random,
): { files: string[]; clicks: DemoClick[] } {
  const clicks: DemoClick[] = [];
  const messages = readers.flatMap((reader) => messagesOf(reader, random.split(`mail ${reader.person.n}`), clicks));
  const inTime = messages.filter(({ minutes }) => minutes < allDays * 1440);
  inTime.sort(
    (a, b) =>
      a.minutes - b.minutes || a.second - b.second || (a.email < b.email ? -1 : 1) || (a.event < b.event ? -1 : 1),
  );
  const rows = inTime.map(({ minutes, second, email, campaign, event, isMachine }, at) => ({
    on: Math.floor(minutes / 1440),
    cells: [
      `M${1_000_000 + at}`,
      stamp(minutes, second),
      email,
      "email",
      campaign,
      event,
      event === "opened" ? String(isMachine) : "",
    ],
  }));
  const target = {
    header: ["event_id", "occurred_at", "email", "channel", "campaign_id", "event_type", "is_machine_open"],
    path: join("email", "message_events.csv"),
    nightly: "message_events.csv",
  };
  return { files: deliver(folder, target, rows), clicks: clicks.filter(({ minutes }) => minutes < allDays * 1440) };
}

function messagesOf(reader: DemoReader, random: Random, clicks: DemoClick[]): Message[] {
  const { person, fatigue } = reader;
  const address = emailOn(person, Math.max(person.startsOn, trackedFrom));
  const messages: Message[] = [];
  const sent: number[] = [];
  let bounces = 0;
  for (const [at, { day, id, isExtra, appeal }] of sendDays().entries()) {
    const gets = isExtra ? reader.mailsPerWeek === 2 : reader.mailsPerWeek >= 1 || at % 4 === 0;
    if (!gets || day <= person.startsOn) continue;
    const hour = random.pick(sendHours);
    const recent = sent.filter((before) => before > day - 28).length;
    sent.push(day);
    const start = day * 60 * 24 + hour * 60 + random.below(10);
    const put = (event: string, minutes: number, isMachine = false) =>
      messages.push({ minutes, second: random.below(60), email: address, campaign: id, event, isMachine });
    put("sent", start);
    if (address !== emailOn(person, day) || random.next() < 0.004) {
      put("bounced", start + 1);
      if (address !== emailOn(person, day) && ++bounces > 1) break;
      continue;
    }
    put("delivered", start + 1);
    if (reader.hasMachineOpens && random.next() < 0.9) put("opened", start + 2 + random.below(12), true);
    const away = Math.min(Math.abs(hour - reader.bestHour), 24 - Math.abs(hour - reader.bestHour));
    const tired = Math.exp(-fatigue * Math.max(0, recent - 3));
    if (random.next() < reader.opens * appeal * (away <= 2 ? 1 : 0.7) * tired) {
      const opened = openedAt(random, reader, start);
      put("opened", opened);
      if (random.next() < 0.2) put("opened", opened + 60 + random.below(600));
      if (random.next() < reader.clicks * tired) {
        put("clicked", opened + 1);
        clicks.push({ person, minutes: opened + 1, campaign: id });
      }
    }
    const leaves = Math.min(0.05, 0.001 * Math.exp(6 * fatigue * Math.max(0, recent - 1)));
    if (random.next() < leaves) {
      put(random.next() < 0.12 ? "complained" : "unsubscribed", start + 30 + random.below(300));
      break;
    }
  }
  return messages;
}

/** Soon after it came, or when the reader looks through the day's e-mails. */
function openedAt(random: Random, { bestHour }: DemoReader, start: number): number {
  if (random.next() < 0.4) return start + 3 + Math.floor(random.exponential(60));
  const wanted = bestHour * 60 + Math.round(35 * random.normal());
  const today = Math.floor(start / 1440) * 1440 + wanted;
  return today > start + 2 ? today : today + 1440;
}
