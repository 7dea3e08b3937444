import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimTask } from "./claims.ts";

let brandDir: string;
let clock = 0;
const taskKey = "ab".padEnd(64, "3");
const folder = () => join(brandDir, "claims", "ab");
const options = { heartbeatMs: 1e6, staleMs: 15_000, monotonicNow: () => clock };

beforeEach(() => {
  brandDir = mkdtempSync(join(tmpdir(), "claims-"));
  clock = 0;
});
afterEach(() => rmSync(brandDir, { recursive: true, force: true }));

function claim() {
  return claimTask(brandDir, taskKey, options);
}
function held() {
  const found = claim();
  if (!found.held) throw new Error("the claim is another's");
  return found;
}

/** Makes a claim look like one of another machine. */
function fromElsewhere(n: number, counter = 0): void {
  const path = join(folder(), `${taskKey}.${n}`);
  writeFileSync(path, `0000-owner 1 elsewhere/boot/pid:[1] ${counter}`.padEnd(320));
}

test("one at a time; released, it is free at once and leaves nothing", () => {
  const first = held();
  expect(claim().held).toBe(false);
  first.release();
  expect(readdirSync(folder())).toEqual([]);
  const second = held();
  second.release();
  first.release();
  expect(readdirSync(folder())).toEqual([]);
});

test("another machine's claim is taken over once its counter stood still on the observer's clock", () => {
  held();
  fromElsewhere(1);
  expect(claim().held).toBe(false);
  clock += 14_999;
  expect(claim().held).toBe(false);
  fromElsewhere(1, 1);
  clock += 10;
  expect(claim().held).toBe(false);
  clock += 14_999;
  expect(claim().held).toBe(false);
  clock += 1;
  const taken = held();
  expect(readdirSync(folder()).sort()).toEqual([`${taskKey}.1`, `${taskKey}.2`]);
  expect(claim().held).toBe(false);
  taken.release();
  expect(readdirSync(folder())).toEqual([]);
});

test("a wall clock that jumps takes nothing over", () => {
  held();
  fromElsewhere(1);
  for (let n = 0; n < 5; n++) expect(claim().held).toBe(false);
});

test("what a process of this machine left when it ended is taken over at once", () => {
  const first = held();
  const path = join(folder(), `${taskKey}.1`);
  const gone = 2 ** 22 + 1; // above every number that Linux gives
  writeFileSync(path, readFileSync(path, "utf8").replace(` ${process.pid} `, ` ${gone} `));
  const second = held();
  first.release();
  expect(claim().held).toBe(false);
  second.release();
});

test("an owner that lost its claim leaves the new one alone", () => {
  const zombie = held();
  rmSync(join(folder(), `${taskKey}.1`));
  const owner = held();
  zombie.release();
  expect(claim().held).toBe(false);
  owner.release();
});

test("the counter moves while the claim is held", async () => {
  const one = claimTask(brandDir, taskKey, { ...options, heartbeatMs: 5 });
  const path = join(folder(), `${taskKey}.1`);
  const before = readFileSync(path, "utf8");
  await expect.poll(() => readFileSync(path, "utf8")).not.toBe(before);
  if (one.held) one.release();
});

test("foreign names beside it don't matter", () => {
  held().release();
  for (const name of [`${taskKey}.x`, `${taskKey}.`, ".nfs01", `${taskKey}.1.part`])
    writeFileSync(join(folder(), name), "");
  expect(claim().held).toBe(true);
});
