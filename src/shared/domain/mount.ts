export interface MountRequest {
  /** efs: an Amazon EFS file system; nfs: any server. */
  readonly kind: "efs" | "nfs";
  /** The file system's id (fs-…), or the server's name or address. */
  readonly server: string;
  /** What the server exports. */
  readonly folder?: string | undefined;
  readonly at: string;
  readonly access_point?: string | undefined;
  readonly region?: string | undefined;
  /** efs-utils: encrypted by Amazon's mount helper; stunnel: by a tunnel that runs on this machine; none: plain NFS. */
  readonly tls?: "efs-utils" | "stunnel" | "none" | undefined;
}

export interface MountPlan {
  readonly command: readonly string[];
  readonly line: string;
  readonly fstab: string;
  readonly unit: string;
  readonly unit_name: string;
  /** Configuration of the tunnel, where one is meant. */
  readonly stunnel: string | null;
}

const tunnelPort = 20_490;
const nfsOptions = [
  "nfsvers=4.1",
  "rsize=1048576",
  "wsize=1048576",
  "hard",
  "timeo=600",
  "retrans=2",
  "noresvport",
  "lookupcache=pos",
  "_netdev",
];

/** What is wrong with a request, or null. */
export function whyNoMount({
  kind,
  server,
  at,
  access_point,
  region,
  tls = "efs-utils",
  folder = "/",
}: MountRequest): string | null {
  if (!at.startsWith("/") || /[\s,\0]/.test(at))
    return "The folder to mount at has to be a whole path without blanks or commas.";
  if (!folder.startsWith("/") || /[\s,\0]/.test(folder))
    return "What the server exports begins with / and has no blanks.";
  if (kind === "nfs") return /^[\w.:[\]-]+$/.test(server) ? null : "The server is a name or an address.";
  if (!/^fs-[0-9a-f]{8,40}$/.test(server)) return "An EFS file system's id looks like fs-0123456789abcdef0.";
  if (access_point !== undefined && !/^fsap-[0-9a-f]{8,40}$/.test(access_point))
    return "An access point's id looks like fsap-0123456789abcdef0.";
  if (access_point !== undefined && tls !== "efs-utils")
    return "An access point needs Amazon's mount helper (efs-utils).";
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return "A region looks like eu-west-1.";
  if (tls !== "efs-utils" && region === undefined) return "Without Amazon's mount helper the region has to be named.";
  return null;
}

function partsOf({ kind, server, folder = "/", access_point, region, tls = "efs-utils" }: MountRequest) {
  if (kind === "nfs") return { type: "nfs4", source: `${server}:${folder}`, options: nfsOptions };
  if (tls === "efs-utils") {
    const options = [
      ...["tls", "iam"],
      ...(access_point ? [`accesspoint=${access_point}`] : []),
      ...(region ? [`region=${region}`] : []),
      ...["lookupcache=pos", "_netdev"],
    ];
    return { type: "efs", source: `${server}:${folder}`, options };
  }
  const host = `${server}.efs.${region}.amazonaws.com`;
  if (tls === "none") return { type: "nfs4", source: `${host}:${folder}`, options: nfsOptions };
  return { type: "nfs4", source: `127.0.0.1:${folder}`, options: [...nfsOptions, `port=${tunnelPort}`] };
}

/** How a share is mounted by hand, at boot, and by systemd. */
export function mountPlan(request: MountRequest): MountPlan {
  const { type, source, options } = partsOf(request);
  const { at, kind, tls, server, region } = request;
  const command = ["mount", "-t", type, "-o", options.join(","), source, at];
  const unitName = `${at
    .replace(/^\/|\/$/g, "")
    .replaceAll("-", "\\x2d")
    .replaceAll("/", "-")}.mount`;
  return {
    command,
    line: `sudo ${command.join(" ")}`,
    fstab: `${source} ${at} ${type} ${options.join(",")} 0 0`,
    unit: `[Unit]
Description=Shared directory of Assay
Wants=network-online.target
After=network-online.target

[Mount]
What=${source}
Where=${at}
Type=${type}
Options=${options.join(",")}
TimeoutSec=60

[Install]
WantedBy=remote-fs.target
`,
    unit_name: unitName,
    stunnel:
      kind === "efs" && tls === "stunnel"
        ? `[efs]
client = yes
accept = 127.0.0.1:${tunnelPort}
connect = ${server}.efs.${region}.amazonaws.com:2049
verifyChain = yes
CAfile = /etc/ssl/certs/ca-certificates.crt
checkHost = ${server}.efs.${region}.amazonaws.com
sslVersion = TLSv1.2
TIMEOUTidle = 70
`
        : null,
  };
}

export interface OptionFinding {
  readonly status: "ok" | "warn" | "fail";
  readonly what: string;
  readonly remedy: string;
}

/** What of a mount's options is unsafe for a workspace, worst first. */
export function judgeMount(kind: string, options: string): OptionFinding[] {
  const set = new Map(
    options.split(",").map((one): [string, string] => {
      const [name = "", value = ""] = one.split("=");
      return [name, value];
    }),
  );
  const found: OptionFinding[] = [];
  const tell = (status: "warn" | "fail", what: string, remedy: string) => found.push({ status, what, remedy });
  if (set.has("ro")) tell("warn", "mounted for reading only", "Mount it with rw to work in it.");
  if (!kind.startsWith("nfs")) return found;
  const version = set.get("vers") ?? set.get("nfsvers") ?? "";
  if (set.has("soft") || set.has("softerr"))
    tell("fail", "soft: a slow answer becomes a lost write", "Mount it with hard.");
  if (!/^4\.[12]$/.test(version))
    tell("fail", `NFS ${version || "of unknown version"}: links and locks aren't sure`, "Mount it with nfsvers=4.1.");
  if (!/^pos/.test(set.get("lookupcache") ?? "") && set.get("actimeo") !== "0" && set.get("acdirmax") !== "1")
    tell("warn", "new files may stay unseen for half a minute", "Mount it with lookupcache=pos.");
  if (set.has("async") === false && set.has("sync"))
    tell(
      "warn",
      "sync: every small write waits for the server",
      "Leave out sync: what has to last is synced by itself.",
    );
  for (const size of ["rsize", "wsize"]) {
    const bytes = Number(set.get(size) ?? 1_048_576);
    if (bytes < 262_144) tell("warn", `${size}=${bytes}: large files take long`, `Mount it with ${size}=1048576.`);
  }
  return found.sort((a, b) => (a.status === b.status ? 0 : a.status === "fail" ? -1 : 1));
}
