import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { listShares, mountShare, unmountShare } from "../engine/share-mount.ts";
import type { ServiceContext } from "./context.ts";

type Names = "shares.list" | "shares.mount" | "shares.unmount";

export const shareHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "shares.list": async () => ({ shares: listShares() }),
  "shares.mount": ({ request }) => mountShare(request),
  "shares.unmount": ({ at }) => unmountShare(at),
};
