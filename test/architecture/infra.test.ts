import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonWith } from "../support/python.ts";
import { root } from "../support/source-graph.ts";

const path = join(root, "infra/assay.yaml");
const text = readFileSync(path, "utf8");
const resource = (name: string) => new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)+)`, "m").exec(text)?.[1] ?? "";
const python = pythonWith("cfnlint");

describe("the template of the machines", () => {
  it.skipIf(!python)(
    `passes cfn-lint${python ? "" : " (skipped: no cfn-lint in Python here)"}`,
    () => {
      const { status, stdout } = spawnSync(python ?? "", ["-c", "from cfnlint.runner import main; main()", path], {
        encoding: "utf8",
        timeout: 60_000,
      });
      expect(stdout).toBe("");
      expect(status).toBe(0);
    },
    60_000,
  );

  it("starts no machine by itself, lets none be called, and ends with what it was begun with", () => {
    expect(resource("Agents")).toMatch(/MinSize: "0"[\s\S]*DesiredCapacity: "0"/);
    expect(resource("AgentGroup")).not.toContain("SecurityGroupIngress");
    expect(resource("AgentTemplate")).toMatch(/InstanceInitiatedShutdownBehavior: terminate/);
    expect(resource("AgentTemplate")).toMatch(/HttpTokens: required, HttpPutResponseHopLimit: 1/);
    expect(resource("AgentTemplate")).toMatch(/mountpoint -q .* \|\| shutdown/);
  });

  it("lets an agent do what it must and no more", () => {
    const actions = [...resource("AgentRole").matchAll(/Action: \["?([^\]"]+)"?\]/g)].map((found) => found[1]);
    expect(actions).toEqual(["ssm:GetParameter", "kms:Decrypt", "autoscaling:TerminateInstanceInAutoScalingGroup"]);
    expect(resource("AgentRole")).not.toMatch(/Resource: "\*"/);
    expect(resource("FileSystem")).toMatch(/Effect: Deny[\s\S]*aws:SecureTransport": "false"/);
  });

  it("keeps jobs in the broker when it is full, behind TLS and a password that isn't in the template", () => {
    expect(resource("BrokerParameters")).toContain("maxmemory-policy: noeviction");
    expect(resource("Broker")).toMatch(/TransitEncryptionEnabled: true[\s\S]*AuthToken: "\{\{resolve:ssm-secure:/);
    expect(resource("FileSystem")).toContain("DeletionPolicy: Retain");
  });
});
