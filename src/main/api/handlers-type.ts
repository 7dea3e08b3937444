import type { AssayContract, OperationName } from "../../shared/api/contract.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import type { ApiContext } from "./context.ts";

/** The handlers of some operations of the contract. */
export type HandlersOf<Names extends OperationName> = Pick<Handlers<AssayContract, ApiContext>, Names>;
/** Names of operations that begin with a noun. */
export type Named<Noun extends string> = Extract<OperationName, `${Noun}.${string}`>;
