import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stepOf, taskNode } from "../../../../test/support/tasks.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { newDocument } from "../run-document.ts";
import type { ToldRun } from "../shown-run.ts";
import { roomFor } from "./admission.ts";
import { describeBroker, parseBroker, splitAddress } from "./connection.ts";
import { endedItsWorker, errorOf, reasonOf, wasShortOfMemory } from "./reasons.ts";
import {
  clusterKey,
  codeVersion,
  openJob,
  openLines,
  openRun,
  sealJob,
  sealLines,
  sealRun,
  spaceOf,
} from "./sealed-job.ts";
import { BrokerFile, type KeyStore } from "./settings-file.ts";
import { Turnstile } from "./turnstile.ts";

describe("a broker's address", () => {
  it("carries user, password, TLS and database, and is shown without secrets", () => {
    const connection = parseBroker("rediss://anna:p%40ss@cache.example:6380/2", {}, {});
    expect(connection).toEqual({
      ...{ host: "cache.example", port: 6380, db: 2, username: "anna", password: "p@ss" },
      tls: { servername: "cache.example" },
    });
    expect(describeBroker(connection)).toBe("rediss://cache.example:6380/2");
    expect(splitAddress("redis://:secret@[::1]")).toEqual({
      url: "redis://[::1]:6379",
      username: "",
      password: "secret",
    });
  });

  it("takes the secret from the environment where the address has none", () => {
    const env = { ASSAY_REDIS_USERNAME: "agent", ASSAY_REDIS_PASSWORD: "word" };
    expect(parseBroker("redis://localhost", {}, env)).toMatchObject({ username: "agent", password: "word" });
    expect(parseBroker("redis://localhost", { password: "kept" }, env)).toMatchObject({ password: "kept" });
  });

  it.each(["", "localhost:6379", "http://host", "redis://host/x", "redis:///0"])(
    "is refused as %j, unrepeated",
    (url) => {
      const refused = () => parseBroker(url, {}, {});
      expect(refused).toThrow(AssayError);
      expect(refused).not.toThrow(/host/);
    },
  );
});

describe("a sealed job", () => {
  const job = { brand: "shop", run: "r1", key: "k".repeat(64), task: { node: taskNode("a") } };
  const key = clusterKey("workspace-1", {});

  it("opens with its key and no other, and hides what it says", () => {
    const sealed = sealJob(job, key);
    expect(openJob(sealed, key)).toEqual(job);
    expect(JSON.stringify(sealed)).not.toContain("shop");
    for (const other of [clusterKey("workspace-2", {}), clusterKey("workspace-1", { ASSAY_CLUSTER_KEY: "x" })]) {
      expect(() => openJob(sealed, other)).toThrow("wasn't sealed for this workspace");
    }
  });

  it("is refused with any byte changed, cut short, or of another shape", () => {
    const bytes = Buffer.from(sealJob(job, key).sealed, "base64");
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => openJob({ sealed: changed.toString("base64") }, key)).toThrow(AssayError);
    }
    for (const data of [
      null,
      {},
      { sealed: 1 },
      { sealed: "" },
      { sealed: bytes.subarray(0, 20).toString("base64") },
    ]) {
      expect(() => openJob(data, key)).toThrow(AssayError);
    }
  });

  it("goes into another queue for other steps, and another space for another workspace", () => {
    const [one, two] = [new Map([["a", stepOf("a")]]), new Map([["a", stepOf("a", { version: 2 })]])];
    expect(codeVersion("1.0.0", one)).not.toBe(codeVersion("1.0.0", two));
    expect(spaceOf("workspace-1")).not.toBe(spaceOf("workspace-2"));
  });
});

describe("a reason", () => {
  it("brings code and words back, without details of the machine", () => {
    const error = new AssayError("corrupt", "Damaged.", "Again.", { key: "abc", path: "/home/anna/file" });
    expect(errorOf(reasonOf(error))).toMatchObject({ code: "corrupt", message: "Damaged.", details: { key: "abc" } });
    expect(reasonOf(error)).not.toContain("anna");
    expect(endedItsWorker(errorOf(reasonOf(new AssayError("unavailable", "", "", { ended: true }))))).toBe(true);
    const short = new AssayError("unavailable", "", "", { short: "memory" });
    expect([short, error].map((one) => wasShortOfMemory(errorOf(reasonOf(one))))).toEqual([true, false]);
    expect(errorOf("odd words").message).toContain("odd words");
  });
});

describe("admission", () => {
  it("takes as many tasks as cores while memory holds them, and never none", () => {
    const room = (running: number, free: number) => roomFor({ cores: 4, memoryBytes: 4e9, running }, free);
    expect([room(0, 20e9), room(0, 2.5e9), room(2, 0.3e9), room(0, 0)]).toEqual([4, 2, 2, 1]);
  });
});

describe("lines of a log", () => {
  it("are read by those who have the key, and taken as none by others", () => {
    const key = clusterKey("a");
    const lines = [{ at_ms: 3, text: "reads orders: 2 files" }];
    expect(openLines(sealLines(lines, key), key)).toEqual(lines);
    expect(sealLines([], key)).toBe(null);
    for (const bad of [null, undefined, "", "abc", sealLines(lines, clusterKey("b"))])
      expect(openLines(bad, key)).toEqual([]);
    expect(openLines(sealJob({ brand: "b", run: "r", key: "k", task: { kept: "x" } }, key).sealed, key)).toEqual([]);
  });
});

describe("how a run stands", () => {
  it("is read by those who have the key and tell runs alike, and taken as nothing by others", () => {
    const key = clusterKey("a");
    const request = { brand: "small", runner: "cluster", workers: 2, memoryBytes: 4e9 } as const;
    const run = newDocument("r", request, new Date("2026-06-01T12:00:00Z"));
    const line = { key: "k", step: "lake", scope: "brand", at_ms: 3, text: "reads orders" };
    const shown: ToldRun = { run, tasks: [], critical_seconds: 1.5, memory: [], lines: [line], lines_before: 7 };
    expect(openRun(sealRun(shown, key), key)).toEqual(shown);
    const other = sealRun({ ...shown, tasks: [{ key: "k" }] as never }, key);
    for (const bad of [
      null,
      "",
      "abc",
      other,
      sealRun(shown, clusterKey("b")),
      sealLines([{ at_ms: 3, text: "x" }], key),
    ])
      expect(openRun(bad, key)).toBe(null);
  });
});

describe("a turnstile", () => {
  it("lets one that was lost before be alone", async () => {
    const turnstile = new Turnstile();
    const seen: string[] = [];
    const leaveOne = await turnstile.enter(false);
    const alone = turnstile.enter(true).then((leave) => {
      seen.push("alone");
      return leave;
    });
    const late = turnstile.enter(false).then((leave) => {
      seen.push("late");
      return leave;
    });
    await Promise.resolve();
    expect(seen).toEqual([]);
    leaveOne();
    const leaveAlone = await alone;
    expect(seen).toEqual(["alone"]);
    leaveAlone();
    (await late)();
    expect(seen).toEqual(["alone", "late"]);
  });
});

describe("the broker's settings", () => {
  const store: KeyStore = {
    isAvailable: () => true,
    seal: (secret) => Buffer.from(secret).toString("hex"),
    open: (sealed) => Buffer.from(sealed, "hex").toString(),
  };

  it.each([
    ["a file of this user alone", undefined, "file"],
    ["the key store", store, "key_store"],
  ] as const)("keep the password in %s", async (_, keyStore, keptIn) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-broker-"));
    const file = new BrokerFile(folder, keyStore);
    expect(await file.read()).toBe(null);
    await file.write({ url: "redis://anna:hush@cache.example" });
    expect(await file.read()).toEqual({
      url: "redis://cache.example:6379",
      username: "anna",
      password: "hush",
      keptIn,
    });
    expect(statSync(join(folder, "cluster.json")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "cluster.json"), "utf8").includes("hush")).toBe(keptIn === "file");
    await file.write({ url: "redis://other.example" });
    expect(await file.read()).toMatchObject({ url: "redis://other.example:6379", password: "hush" });
    await file.write({ url: "" });
    expect(await file.read()).toBe(null);
    rmSync(folder, { recursive: true });
  });
});
