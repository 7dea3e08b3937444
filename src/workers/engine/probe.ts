import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

export interface ProbeCheck {
  name: string;
  status: "ok" | "warn" | "fail";
  measured: string;
  advice: string;
}

/** Tries on a directory what commits rest on, and says what to change. */
export function probeDirectory(path: string): ProbeCheck[] {
  const folder = join(path, "tmp", `probe-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  try {
    return [
      kindOfFileSystem(path),
      hostName(),
      atomicCreate(folder),
      hardLinks(folder),
      caseKept(folder),
      freeSpace(path),
      clockOffset(folder),
      latency(folder),
      throughput(folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(name: string, body: () => Omit<ProbeCheck, "name">): ProbeCheck {
  try {
    return { name, ...body() };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { name, status: "fail", measured: said, advice: "Check the directory's mount and your rights to it." };
  }
}

function kindOfFileSystem(path: string): ProbeCheck {
  return check("file system", () => {
    if (!existsSync("/proc/mounts")) return { status: "ok", measured: process.platform, advice: "" };
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "));
    const best = mounts
      .filter(([, at]) => at && (path === at || path.startsWith(at === "/" ? "/" : `${at}/`)))
      .sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0];
    const [, at = "", kind = "unknown", options = ""] = best ?? [];
    const measured = `${kind} at ${at}`;
    if (!kind.startsWith("nfs")) return { status: "ok", measured, advice: "" };
    const wanted = ["vers=4.1", "hard", "lookupcache=pos"].filter((option) => !options.includes(option));
    return wanted.length === 0
      ? { status: "ok", measured: `${measured}, ${options}`, advice: "" }
      : { status: "warn", measured: `${measured}, ${options}`, advice: `Mount it with ${wanted.join(", ")}.` };
  });
}

function hostName(): ProbeCheck {
  const name = hostname();
  const bad = name === "localhost" || name === "";
  return {
    name: "host name",
    status: bad ? "warn" : "ok",
    measured: name,
    advice: bad ? "Give this machine a name of its own: equal names share one NFS lease." : "",
  };
}

function atomicCreate(folder: string): ProbeCheck {
  return check("exclusive create", () => {
    const path = join(folder, "exclusive");
    closeSync(openSync(path, "wx"));
    try {
      closeSync(openSync(path, "wx"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST")
        return { status: "ok", measured: "second create refused", advice: "" };
      throw error;
    }
    return { status: "fail", measured: "a second create went through", advice: "Use NFSv4.1, EFS or a local disk." };
  });
}

function hardLinks(folder: string): ProbeCheck {
  return check("link", () => {
    const from = join(folder, "from");
    const to = join(folder, "to");
    closeSync(openSync(from, "wx"));
    linkSync(from, to);
    if (statSync(from).nlink !== 2)
      return {
        status: "fail",
        measured: `nlink ${statSync(from).nlink}`,
        advice: "Use a file system with hard links.",
      };
    try {
      linkSync(from, to);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST")
        return { status: "ok", measured: "second link refused, nlink 2", advice: "" };
      throw error;
    }
    return { status: "fail", measured: "a second link went through", advice: "Use NFSv4.1, EFS or a local disk." };
  });
}

function caseKept(folder: string): ProbeCheck {
  return check("case of names", () => {
    closeSync(openSync(join(folder, "Case"), "wx"));
    const folds = existsSync(join(folder, "case"));
    return {
      status: folds ? "warn" : "ok",
      measured: folds ? "folded" : "kept",
      advice: folds ? "Name brands and sources so that they differ in more than case." : "",
    };
  });
}

function freeSpace(path: string): ProbeCheck {
  return check("free space", () => {
    const { bavail, bsize } = statfsSync(path);
    const gigabytes = (bavail * bsize) / 1e9;
    const low = gigabytes < 2;
    return {
      status: low ? "warn" : "ok",
      measured: `${gigabytes.toFixed(1)} GB`,
      advice: low ? "Free some: twice the size of a delivery should be there." : "",
    };
  });
}

function clockOffset(folder: string): ProbeCheck {
  return check("clock", () => {
    const path = join(folder, "clock");
    const fd = openSync(path, "wx");
    writeSync(fd, "now");
    fsyncSync(fd);
    closeSync(fd);
    const offset = (statSync(path).mtimeMs - Date.now()) / 1000;
    const far = Math.abs(offset) > 5;
    return {
      status: far ? "warn" : "ok",
      measured: `${offset.toFixed(1)} s off`,
      advice: far ? "Set this machine's clock by NTP." : "",
    };
  });
}

function latency(folder: string): ProbeCheck {
  return check("write and sync", () => {
    const times = Array.from({ length: 9 }, (_, n) => {
      const began = performance.now();
      const fd = openSync(join(folder, `latency-${n}`), "wx");
      writeSync(fd, "x");
      fsyncSync(fd);
      closeSync(fd);
      return performance.now() - began;
    }).sort((a, b) => a - b);
    const median = times[4] ?? 0;
    return {
      status: median > 200 ? "warn" : "ok",
      measured: `${median.toFixed(1)} ms median`,
      advice: median > 200 ? "A run makes hundreds of small files: use a nearer or faster share." : "",
    };
  });
}

function throughput(folder: string): ProbeCheck {
  return check("throughput", () => {
    const block = Buffer.alloc(4 << 20, 7);
    const began = performance.now();
    const fd = openSync(join(folder, "throughput"), "wx");
    for (let n = 0; n < 8; n++) writeSync(fd, block);
    fsyncSync(fd);
    closeSync(fd);
    const rate = (8 * block.length) / 1e6 / ((performance.now() - began) / 1000);
    return {
      status: rate < 20 ? "warn" : "ok",
      measured: `${rate.toFixed(0)} MB/s written`,
      advice: rate < 20 ? "Large deliveries will take long on this share." : "",
    };
  });
}
