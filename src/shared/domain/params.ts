/** One parameter of a model or step: the form, the command line's check and the card are drawn from it. */
export type ParamSpec =
  | {
      kind: "number";
      default: number;
      min: number;
      max: number;
      integer?: boolean;
      unit?: string;
      label: string;
      help: string;
    }
  | { kind: "boolean"; default: boolean; label: string; help: string }
  | { kind: "choice"; default: string; choices: readonly string[]; label: string; help: string };
export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type Params = Readonly<Record<string, number | boolean | string>>;

export function defaultsOf(specs: ParamSpecs): Params {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.default]));
}
