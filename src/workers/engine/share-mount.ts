import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { AssayError } from "../../shared/base/errors.ts";
import { judgeMount, type MountRequest, mountPlan, type OptionFinding, whyNoMount } from "../../shared/domain/mount.ts";
import { makePath } from "./make-path.ts";
import { type MountedShare, sharesIn } from "./mounts.ts";

export interface ProgramOutcome {
  /** null: it was killed; "missing": there is no such program. */
  readonly code: number | null | "missing";
  readonly said: string;
  readonly timedOut: boolean;
}
/** What mounting needs of the machine; tests put another in its place. */
export interface MountMachine {
  run(command: readonly string[], timeoutMs: number): Promise<ProgramOutcome>;
  /** The text of /proc/self/mountinfo; undefined where this system has none. */
  mountinfo(): string | undefined;
  makeFolder(path: string): void;
  isEmpty(path: string): boolean;
}

const patienceMs = 60_000;

export const thisMachine: MountMachine = {
  run: ([program = "", ...words], timeoutMs) =>
    new Promise((resolve) => {
      execFile(program, words, { timeout: timeoutMs, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
        const said = `${stderr}${stdout}`.trim();
        if (!error) return resolve({ code: 0, said, timedOut: false });
        const { code, killed } = error as { code?: unknown; killed?: boolean };
        if (code === "ENOENT") return resolve({ code: "missing", said, timedOut: false });
        resolve({ code: typeof code === "number" ? code : null, said, timedOut: killed === true });
      });
    }),
  mountinfo: () => (existsSync("/proc/self/mountinfo") ? readFileSync("/proc/self/mountinfo", "utf8") : undefined),
  makeFolder: (path) => makePath(path),
  isEmpty: (path) => readdirSync(path).length === 0,
};

export interface Share extends MountedShare {
  readonly findings: readonly OptionFinding[];
}

/** Shares that are mounted now, with what of their options is unsafe. */
export function listShares(machine: MountMachine = thisMachine): Share[] {
  return sharesIn(machine.mountinfo() ?? "").map((share) => ({
    ...share,
    findings: judgeMount(share.kind, share.options),
  }));
}

/** Mounts a share, or says exactly what somebody with the rights has to type. */
export async function mountShare(request: MountRequest, machine: MountMachine = thisMachine) {
  const wrong = whyNoMount(request);
  if (wrong) throw new AssayError("bad_input", wrong, "See `assay workspace mount --help`.");
  const plan = mountPlan(request);
  const details = {
    command: plan.line,
    fstab: plan.fstab,
    unit: plan.unit,
    unit_name: plan.unit_name,
    stunnel: plan.stunnel,
  };
  if (machine.mountinfo() === undefined)
    throw new AssayError(
      "unsupported",
      "Mounting from here is for Linux.",
      "Mount it with this system's own means.",
      details,
    );
  const source = plan.command.at(-2) ?? "";
  const standing = listShares(machine).find(({ at }) => at === request.at);
  if (standing) return already(standing, source, details);
  try {
    machine.makeFolder(request.at);
  } catch (error) {
    throw noRights(`${request.at} can't be made (${(error as NodeJS.ErrnoException).code}).`, details);
  }
  if (!machine.isEmpty(request.at))
    throw new AssayError(
      "conflict",
      `${request.at} holds files; a mount would hide them.`,
      "Choose an empty folder.",
      details,
    );
  const outcome = await machine.run(plan.command, patienceMs);
  if (outcome.code !== 0) throw mountFailure(request, outcome, details);
  const share = listShares(machine).find(({ at }) => at === request.at);
  if (!share)
    throw new AssayError(
      "unavailable",
      `${request.at} is no mount though mount said so.`,
      "Look at `findmnt`.",
      details,
    );
  return { share, was_there: false, ...details };
}

function already(standing: Share, source: string, details: object) {
  const isSame = standing.source === source || standing.source.startsWith("127.0.0.1:");
  if (isSame) return { share: standing, was_there: true, ...(details as { command: string }) };
  throw new AssayError(
    "conflict",
    `${standing.source} is mounted at ${standing.at} already.`,
    "Unmount it first, or choose another folder.",
    details as never,
  );
}

function noRights(message: string, details: object): AssayError {
  return new AssayError(
    "not_permitted",
    message,
    "Have it done by somebody with the rights: the command, a line for /etc/fstab and a systemd unit are in the details.",
    details as never,
  );
}

/** What mount's words mean and what to do. */
function mountFailure(request: MountRequest, { code, said, timedOut }: ProgramOutcome, details: object): AssayError {
  const text = said.toLowerCase();
  const where = request.kind === "efs" ? `the file system ${request.server}` : request.server;
  const install =
    request.kind === "efs" && request.tls !== "none" && request.tls !== "stunnel"
      ? "Install amazon-efs-utils, or mount with --tls stunnel or --tls none."
      : "Install nfs-common (Debian, Ubuntu) or nfs-utils (Fedora, Amazon Linux).";
  const fail = (kind: "unavailable" | "unsupported" | "not_permitted" | "conflict", message: string, hint: string) =>
    new AssayError(kind, message, hint, { ...details, said } as never);
  if (code === "missing") return fail("unsupported", "There is no program mount here.", "Install util-linux.");
  if (timedOut)
    return fail(
      "unavailable",
      `${where} doesn't answer within ${patienceMs / 1000} s.`,
      "Open TCP port 2049 to this machine (the mount target's security group), and check that a mount target is in this network.",
    );
  if (
    /unknown filesystem type|helper program|mount\.(nfs|efs)4?: (not found|no such file)|wrong fs type|no such device/.test(
      text,
    )
  )
    return fail("unsupported", "The mount helper of that kind is not installed.", install);
  if (/already mounted|is busy/.test(text))
    return fail(
      "conflict",
      `${request.at} is in use or mounted already.`,
      "Look at `findmnt` and choose another folder.",
    );
  if (/only root|must be superuser|must be root|operation not permitted|not permitted/.test(text))
    return noRights("This user may not mount.", { ...details, said });
  if (/access denied|permission denied/.test(text))
    return fail(
      "not_permitted",
      `${where} refuses this machine.`,
      request.kind === "efs"
        ? "Allow elasticfilesystem:ClientMount and ClientWrite to this machine's role, through that access point."
        : "Name this machine in the server's exports.",
    );
  if (/failed to resolve|name or service not known|could not resolve/.test(text))
    return fail(
      "unavailable",
      `The name of ${where} can't be resolved.`,
      "Check id and region, and this network's DNS.",
    );
  if (/connection refused|no route|timed out|network is unreachable/.test(text))
    return fail("unavailable", `${where} can't be reached.`, "Check the network and that port 2049 is open.");
  if (code === null) return fail("unavailable", "mount was killed before it ended.", "Run the same again.");
  return fail(
    "unavailable",
    `mount ended with code ${code}: ${said.split("\n").at(-1) ?? ""}`,
    "See its words in the details.",
  );
}

/** Takes a share away. */
export async function unmountShare(at: string, machine: MountMachine = thisMachine) {
  const share = listShares(machine).find((one) => one.at === at.replace(/(.)\/+$/, "$1"));
  if (!share)
    throw new AssayError("not_found", `No share is mounted at ${at}.`, "`assay workspace mount` lists those that are.");
  const command = ["umount", share.at];
  const details = { command: `sudo ${command.join(" ")}` };
  const { code, said, timedOut } = await machine.run(command, patienceMs);
  if (code === 0) return { at: share.at, source: share.source };
  const text = said.toLowerCase();
  if (/busy/.test(text))
    throw new AssayError(
      "conflict",
      `${share.at} is in use.`,
      `Close what works in it (\`fuser -vm ${share.at}\` names it); then unmount again.`,
      { ...details, said },
    );
  if (timedOut)
    throw new AssayError(
      "unavailable",
      `${share.source} doesn't answer.`,
      `\`sudo umount -f -l ${share.at}\` lets go of it.`,
      {
        ...details,
        said,
      },
    );
  if (/not permitted|superuser|only root|must be root/.test(text))
    throw noRights("This user may not unmount.", { ...details, said });
  throw new AssayError(
    "unavailable",
    `umount ended with code ${code}: ${said.split("\n").at(-1) ?? ""}`,
    "See its words.",
    {
      ...details,
      said,
    },
  );
}
