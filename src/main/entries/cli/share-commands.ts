import { resolve } from "node:path";
import type { Command } from "commander";
import { AssayError } from "../../../shared/base/errors.ts";
import { table } from "./output.ts";
import { perform } from "./session.ts";

interface MountOptions {
  efs?: string;
  nfs?: string;
  accessPoint?: string;
  region?: string;
  tls?: string;
  print?: boolean;
}

const ways = ["efs-utils", "stunnel", "none"] as const;

function requestOf(at: string, own: MountOptions) {
  if ((own.efs === undefined) === (own.nfs === undefined))
    throw new AssayError("usage", "No share is named, or two.", "Give --efs fs-ID or --nfs SERVER:/FOLDER.");
  const tls = ways.find((way) => way === own.tls);
  if (own.tls !== undefined && !tls)
    throw new AssayError("usage", `--tls can't be ${own.tls}.`, `One of: ${ways.join(", ")}.`);
  const [server = "", folder] = (own.efs ?? own.nfs ?? "").split(/:(?=\/)/);
  const kind = own.efs === undefined ? ("nfs" as const) : ("efs" as const);
  return { kind, server, folder, at: resolve(at), access_point: own.accessPoint, region: own.region, tls };
}

/** workspace mount, unmount. */
export function shareCommands(program: Command): void {
  const workspace = program.commands.find((one) => one.name() === "workspace");
  workspace
    ?.command("mount [dir]")
    .description("mounts an EFS or NFS share, or lists those that are mounted and what of their options is unsafe")
    .option("--efs <id>", "an Amazon EFS file system: fs-… or fs-…:/folder")
    .option("--nfs <server>", "any NFS server: SERVER:/FOLDER")
    .option("--access-point <id>", "of EFS: fsap-…")
    .option("--region <name>", "of EFS, where Amazon's helper can't tell: eu-west-1")
    .option("--tls <way>", "of EFS: efs-utils, stunnel or none", undefined)
    .option("--print", "only prints command, fstab line and systemd unit")
    .action((dir: string | undefined, own: MountOptions, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        if (dir === undefined) {
          const { shares } = await client.call("shares.list", {}, { signal });
          output.answer({ shares }, () =>
            shares.length === 0
              ? "No share is mounted."
              : table(
                  ["share", "at", "kind", "options", "to mend"],
                  shares.map((one) => [
                    one.source,
                    one.at,
                    one.kind,
                    one.options,
                    one.findings.map(({ what, remedy }) => `${what}: ${remedy}`).join(" "),
                  ]),
                ),
          );
          return shares.some(({ findings }) => findings.some(({ status }) => status === "fail")) ? 3 : 0;
        }
        const request = requestOf(dir, own);
        if (own.print) {
          const plan = await client.call("shares.plan", request, { signal });
          output.answer(plan, () => readPlan(plan));
          return 0;
        }
        try {
          const { share, was_there } = await client.call("shares.mount", request, { signal });
          output.answer(
            { share, was_there },
            () => `${share.source} ${was_there ? "was" : "is"} mounted at ${share.at}`,
          );
          return 0;
        } catch (error) {
          if (error instanceof AssayError && typeof error.details["fstab"] === "string")
            output.note(readPlan(error.details as never));
          throw error;
        }
      }),
    );
  workspace
    ?.command("unmount <dir>")
    .description("takes a mounted share away")
    .action((dir: string, _, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const gone = await client.call("shares.unmount", { at: resolve(dir) }, { signal });
        output.answer(gone, () => `${gone.source} is no longer mounted at ${gone.at}`);
        return 0;
      }),
    );
}

function readPlan(plan: {
  command: string;
  fstab: string;
  unit: string;
  unit_name: string;
  stunnel: string | null;
}): string {
  return [
    "By hand:",
    `  ${plan.command}`,
    "At every boot, in /etc/fstab:",
    `  ${plan.fstab}`,
    `Or as /etc/systemd/system/${plan.unit_name}, then systemctl enable --now it:`,
    plan.unit.replace(/^/gm, "  ").trimEnd(),
    ...(plan.stunnel ? ["The tunnel, in /etc/stunnel/efs.conf:", plan.stunnel.replace(/^/gm, "  ").trimEnd()] : []),
  ].join("\n");
}
