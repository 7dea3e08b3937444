import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { showCustomer } from "./customer.ts";
import { openSnapshot } from "./session-pool.ts";

const id = "0000000000000000000b"; // the first customer of the small snapshot
const at = (day: string) => `TIMESTAMP '${day} 23:30:00'`;
let small: SmallSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot({
    replace: {
      message_events: `SELECT '${id}' AS customer_id, v.* FROM (VALUES
        (${at("2026-05-30")}, 'sent', NULL), (${at("2026-05-30")}, 'opened', true), (${at("2026-05-30")}, 'clicked', NULL),
        (${at("2026-06-03")}, 'sent', NULL), (${at("2026-06-03")}, 'bounced', NULL)) v(occurred_at, event_type, is_machine_open)`,
      web_events: `SELECT '${id}' AS customer_id, v.* FROM (VALUES
        (${at("2026-06-01")}, 's1', 'v'), (${at("2026-06-01")}, 's1', 'v'), (${at("2026-06-02")}, NULL, 'v'), (${at("2026-06-07")}, 's2', 'v'))
        v(occurred_at, session_id, visitor_id)`,
    },
  });
});
afterAll(() => small.close());

describe("a customer's activity", () => {
  it("is days of messages and weeks of visits, in the brand's zone and without what programs opened", async () => {
    const snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 1, scratch: small.folder });
    const { messages, visits } = await showCustomer(snapshot, { customer_id: id, segments: {} });
    snapshot.close();
    expect(messages).toEqual([
      { day: "2026-05-31", sent: 1, opened: 0, clicked: 1, refused: 0 },
      { day: "2026-06-04", sent: 1, opened: 0, clicked: 0, refused: 1 },
    ]);
    expect(visits).toEqual([
      { week: "2026-06-01", visits: 2, events: 3 },
      { week: "2026-06-08", visits: 1, events: 1 },
    ]);
  });
});
