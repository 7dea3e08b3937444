import { AssayError } from "../../shared/base/errors.ts";
import type { Engine, EngineProcess } from "./engine-client.ts";

export interface Engines {
  /** Asks whichever answers for what is open. */
  readonly current: Engine;
  /** The one that touches the share, and one that never does: a hung share can't hold it. */
  readonly engine: Engine;
  away(): Engine;
  close(): Promise<void>;
}

/** An engine for the share, and another, begun when it is first needed, for what this machine keeps. */
export function twoEngines(options: {
  readonly shared: EngineProcess;
  readonly startAway: () => EngineProcess;
  /** Where what is kept lies; undefined while the share answers. */
  readonly keptRoot: () => string | undefined;
}): Engines {
  const { shared, startAway, keptRoot } = options;
  let started: EngineProcess | undefined;
  const away = () => {
    started ??= startAway();
    return told(started.engine, () => keptRoot() ?? "");
  };
  const now = () => (keptRoot() === undefined ? shared.engine : away());
  return {
    current: {
      call: (name, input, given) => now().call(name, input, given),
      stream: (name, input, given) => now().stream(name, input, given),
      close: () => shared.engine.close(),
    },
    engine: shared.engine,
    away,
    close: async () => {
      await shared.close();
      if (started !== shared) await started?.close();
    },
  };
}

/** Says of what isn't among the copies that it waits for the share, not that it is damaged. */
function told(engine: Engine, root: () => string): Engine {
  const said = (error: unknown): never => {
    const isMissing =
      error instanceof AssayError &&
      ["corrupt", "not_found"].includes(error.code) &&
      `${error.message} ${error.details["path"] ?? ""}`.includes(`${root()}/`);
    if (!isMissing || root() === "") throw error;
    throw new AssayError(
      "unavailable",
      "This isn't among what is kept on this machine.",
      "It can be looked at once the shared directory answers again.",
      { silent: "share" },
      { cause: error },
    );
  };
  return {
    call: (name, input, given) => engine.call(name, input, given).catch(said),
    stream: (name, input, given) => engine.stream(name, input, given).catch(said),
    close: () => engine.close(),
  };
}
