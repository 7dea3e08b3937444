import { describe, expect, it } from "vitest";
import { agentCommand, agentUnit, mountCommands, shellWord } from "./commands.ts";

describe("commands to copy", () => {
  it("quote what a shell would read otherwise", () => {
    expect(shellWord("/mnt/assay/shop")).toBe("/mnt/assay/shop");
    expect(shellWord("/mnt/our shop's")).toBe("'/mnt/our shop'\\''s'");
    expect(agentCommand("/mnt/a b", "redis://cache:6379")).toBe(
      "assay agent --workspace '/mnt/a b' --redis redis://cache:6379",
    );
    expect(agentCommand("/mnt/a", null)).toContain("redis://HOST:6379");
  });

  it("mount as commits need it: hard, and names looked up anew", () => {
    expect(mountCommands.nfs).toMatch(/hard.*lookupcache=pos/);
    expect(mountCommands.efs).toContain("lookupcache=pos");
  });

  it("give an agent two minutes to end", () => {
    expect(agentUnit("/mnt/a", "redis://cache:6379")).toContain("TimeoutStopSec=120");
  });
});
