import { z } from "zod";
import { call } from "../operation.ts";

const request = z.object({
  kind: z.enum(["efs", "nfs"]),
  server: z.string().min(1).max(300),
  folder: z.string().max(1000).optional(),
  at: z.string().min(1).max(1000),
  access_point: z.string().max(60).optional(),
  region: z.string().max(40).optional(),
  tls: z.enum(["efs-utils", "stunnel", "none"]).optional(),
});
export type ShareRequest = z.output<typeof request>;

const share = z.object({
  source: z.string(),
  at: z.string(),
  kind: z.string(),
  options: z.string(),
  findings: z.array(z.object({ status: z.enum(["ok", "warn", "fail"]), what: z.string(), remedy: z.string() })),
});

/** What somebody with the rights types, or puts where it lasts. */
const plan = z.object({
  command: z.string(),
  fstab: z.string(),
  unit: z.string(),
  unit_name: z.string(),
  stunnel: z.string().nullable(),
});

export const shareOperations = {
  "shares.list": call({ input: z.object({}), output: z.object({ shares: z.array(share) }) }),
  "shares.plan": call({ input: request, output: plan }),
  /** Mounts a share; an error's details hold what to type where the rights are missing. */
  "shares.mount": call({ input: request, output: plan.extend({ share, was_there: z.boolean() }) }),
  "shares.unmount": call({
    input: z.object({ at: z.string().min(1) }),
    output: z.object({ at: z.string(), source: z.string() }),
  }),
};
