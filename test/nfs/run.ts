// `npm run test:nfs`: the torture of commits on a real NFSv4.1 client and server in a small virtual machine, made of Debian's packages, which
// are fetched and unpacked into the user's cache, never installed. Where something for it is missing that is said, and it is skipped.
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "assay", "nfs-vm");
const [debs, unpacked, tree] = [join(cache, "debs"), join(cache, "unpacked"), join(cache, "initramfs")];
const seconds = Number(process.env["ASSAY_NFS_SECONDS"] ?? 300);
const limitMs = Number(process.env["ASSAY_NFS_LIMIT_S"] ?? 1_800) * 1_000;
const packages =
  "qemu-system-x86 qemu-system-common seabios busybox-static kmod cpio nfs-common nfs-kernel-server libtirpc-common".split(
    " ",
  );

function skip(why: string): never {
  console.log(`test:nfs skipped: ${why}\n0 passed, 0 failed, 1 skipped`);
  process.exit(0);
}

function run(command: string, words: readonly string[], options: object = {}): string {
  const done = spawnSync(command, words, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (done.status !== 0) throw new Error(`${command} ${words.slice(0, 4).join(" ")}: ${done.stderr || done.error}`);
  return done.stdout;
}

const has = (command: string) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((path) => join(unpacked, path)).join(":");

function fetchPackages(): void {
  const mark = join(unpacked, ".whole");
  if (existsSync(mark)) return;
  for (const folder of [debs, unpacked]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const wanted = [...packages, "linux-image-cloud-amd64"];
  const planned = run("apt-get", ["-s", "--no-install-recommends", "install", ...wanted]);
  const missing = [...planned.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? "");
  console.log(`fetching ${new Set([...missing, ...packages]).size} packages`);
  run("apt-get", ["download", ...new Set([...missing, ...packages])], { cwd: debs });
  for (const name of readdirSync(debs)) run("dpkg", ["-x", join(debs, name), unpacked]);
  writeFileSync(mark, "");
}

function find(...paths: readonly string[]): string {
  const found = paths.map((path) => join(unpacked, path)).find((path) => existsSync(path));
  return found ?? skip(`${paths[0]} is in none of the packages`);
}

/** A program with the libraries that it is linked with. */
function addProgram(path: string, to: string): void {
  mkdirSync(dirname(join(tree, to)), { recursive: true });
  copyFileSync(path, join(tree, to));
  const listed = spawnSync("ldd", [path], { encoding: "utf8", env: { ...process.env, LD_LIBRARY_PATH: libraries } });
  for (const [library] of listed.stdout.matchAll(/\/\S+\.so\S*/g)) {
    const isLoader = library.includes("ld-linux");
    const place = join(tree, isLoader ? "lib64" : "lib/x86_64-linux-gnu", basename(library));
    mkdirSync(dirname(place), { recursive: true });
    if (!existsSync(place)) copyFileSync(library, place);
  }
}

function buildTree(): { kernel: string; initramfs: string; disk: string } {
  rmSync(tree, { recursive: true, force: true });
  for (const folder of ["bin", "sbin", "etc", "proc", "sys", "dev", "assay/test"])
    mkdirSync(join(tree, folder), { recursive: true });
  copyFileSync(find("bin/busybox", "usr/bin/busybox"), join(tree, "bin/busybox"));
  for (const name of ["exportfs", "rpc.mountd", "rpc.nfsd"])
    addProgram(find(`usr/sbin/${name}`, `sbin/${name}`), `usr/sbin/${name}`);
  addProgram(process.execPath, "bin/node");
  writeFileSync(join(tree, "etc/netconfig"), readFileSync(find("etc/netconfig")));
  writeFileSync(join(tree, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  writeFileSync(join(tree, "etc/hosts"), "127.0.0.1 localhost assay-nfs\n");
  writeFileSync(join(tree, "etc/protocols"), "tcp 6 TCP\nudp 17 UDP\n");
  writeFileSync(join(tree, "etc/services"), "nfs 2049/tcp\nnfs 2049/udp\n");
  const [version = ""] = readdirSync(find("lib/modules"));
  run(find("bin/kmod", "usr/bin/kmod"), ["-b", unpacked, version], { argv0: "depmod" });
  const modules = join("lib/modules", version);
  for (const name of ["modules.dep", "modules.alias", "modules.builtin", "modules.order"])
    cpSync(join(unpacked, modules, name), join(tree, modules, name), { recursive: true });
  for (const folder of [
    "fs",
    "net/sunrpc",
    "net/dns_resolver",
    "drivers/virtio",
    "drivers/block",
    "crypto",
    "lib",
    "arch",
  ]) {
    const path = join(modules, "kernel", folder);
    if (existsSync(join(unpacked, path))) cpSync(join(unpacked, path), join(tree, path), { recursive: true });
  }
  for (const folder of ["src", "test/support", "test/nfs"])
    cpSync(join(root, folder), join(tree, "assay", folder), { recursive: true });
  copyFileSync(join(root, "package.json"), join(tree, "assay/package.json"));
  copyFileSync(join(import.meta.dirname, "guest-init.sh"), join(tree, "init"));
  run("chmod", ["755", join(tree, "init")]);
  const initramfs = join(cache, "initramfs.cpio");
  const pack = `find . -print0 | "${find("bin/cpio", "usr/bin/cpio")}" --null -o -H newc --quiet > "${initramfs}"`;
  run("sh", ["-c", pack], { cwd: tree });
  const disk = join(cache, "share.img");
  run("dd", ["if=/dev/zero", `of=${disk}`, "bs=1M", "count=0", "seek=256"]);
  run("mke2fs", ["-q", "-F", "-t", "ext4", disk]);
  const kernel = readdirSync(find("boot")).find((name) => name.startsWith("vmlinuz")) ?? "";
  return { kernel: join(find("boot"), kernel), initramfs, disk };
}

/** Boots it and gives what it said last; undefined where it ended, or was ended, without saying anything. */
function boot({ kernel, initramfs, disk }: ReturnType<typeof buildTree>, accel: string): Promise<string | undefined> {
  const words = [
    ...["-accel", accel, "-cpu", accel.startsWith("tcg") ? "max,la57=off" : "host", "-m", "2048", "-smp", "2"],
    ...["-nographic", "-no-reboot", "-nic", "none", "-kernel", kernel, "-initrd", initramfs],
    ...[
      "-drive",
      `file=${disk},if=virtio,format=raw,cache=unsafe`,
      "-L",
      join(unpacked, "usr/share/qemu"),
      "-L",
      join(unpacked, "usr/share/seabios"),
    ],
    ...["-append", `console=ttyS0 quiet panic=-1 mitigations=off assay_seconds=${seconds}`],
  ];
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const machine = spawn(find("usr/bin/qemu-system-x86_64"), words, { env, stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => machine.kill("SIGKILL"), limitMs);
  let result: string | undefined;
  let rest = "";
  machine.stdout.on("data", (bytes: Buffer) => {
    const lines = `${rest}${bytes}`.split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("NFS-RESULT ")) result = line.slice("NFS-RESULT ".length);
      else if (line.includes("guest:") || process.env["ASSAY_NFS_VERBOSE"]) console.log(line);
    }
  });
  return new Promise((resolve) => {
    machine.once("close", () => {
      clearTimeout(late);
      resolve(result);
    });
  });
}

if (process.platform !== "linux" || process.arch !== "x64") skip("it needs Linux on x86-64");
for (const tool of ["apt-get", "dpkg", "mke2fs", "ldd", "dd", "find"]) if (!has(tool)) skip(`${tool} isn't there`);
try {
  fetchPackages();
} catch (error) {
  skip(`the packages can't be had (${error instanceof Error ? error.message.trim().split("\n")[0] : error})`);
}
const machine = buildTree();
console.log(`initramfs of ${Math.round(statSync(machine.initramfs).size / 1e6)} MB; booting`);
const said = await boot(machine, process.env["ASSAY_NFS_ACCEL"] ?? "tcg,thread=multi");
if (said === undefined) {
  console.log("test:nfs failed: the machine ended without a result\n0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
const result = JSON.parse(said) as Record<string, number | boolean | readonly unknown[]>;
console.log(JSON.stringify(result, null, 2));
const isGood =
  result["nfs41"] === true &&
  result["hard"] === true &&
  result["link_refused_twice"] === true &&
  Number(result["restarts"]) === 1 &&
  Number(result["kills"]) > 0 &&
  Number(result["acknowledged"]) > 0 &&
  Number(result["lost"]) + Number(result["doubled"]) === 0 &&
  (result["wrong"] as readonly unknown[]).length + (result["findings"] as readonly unknown[]).length === 0;
console.log(isGood ? "1 passed, 0 failed, 0 skipped" : "0 passed, 1 failed, 0 skipped");
process.exit(isGood ? 0 : 1);
