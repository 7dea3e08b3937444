import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { AssayError } from "../../../shared/base/errors.ts";

export interface GroupSettings {
  /** Name of the Auto Scaling group whose launch template starts agents. */
  readonly group: string;
  readonly region: string;
  /** A server in AWS's place, for tests. */
  readonly endpoint?: string | undefined;
}
export interface GroupState {
  readonly group: string;
  readonly smallest: number;
  readonly largest: number;
  readonly desired: number;
  readonly instances: readonly { readonly instance: string; readonly state: string; readonly type: string }[];
}

/** The group of machines that agents run on. Keys are those of the instance's role or the user's own profile; none is kept here. */
export class AgentGroup {
  readonly #client: AutoScalingClient;
  readonly #settings: GroupSettings;

  constructor(settings: GroupSettings) {
    this.#settings = settings;
    const { region, endpoint } = settings;
    this.#client = new AutoScalingClient({ region, maxAttempts: 3, ...(endpoint === undefined ? {} : { endpoint }) });
  }

  /** Throws `not_found` for a group that isn't there, `unavailable` where AWS can't be asked. */
  async state(): Promise<GroupState> {
    const { group } = this.#settings;
    const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] });
    const { AutoScalingGroups } = await this.#client.send(asked).catch(told);
    const found = AutoScalingGroups?.[0];
    if (!found)
      throw new AssayError("not_found", `There is no Auto Scaling group ${group}.`, "Make it with infra/assay.yaml.");
    return stateOf(group, found);
  }

  async setDesired(instances: number): Promise<void> {
    const { group } = this.#settings;
    const input = { AutoScalingGroupName: group, DesiredCapacity: instances, HonorCooldown: false };
    await this.#client.send(new SetDesiredCapacityCommand(input)).catch(told);
  }

  /** Ends one instance and makes the group smaller by it: what an idle agent does with its own. */
  async endInstance(instance: string): Promise<void> {
    const input = { InstanceId: instance, ShouldDecrementDesiredCapacity: true };
    await this.#client.send(new TerminateInstanceInAutoScalingGroupCommand(input)).catch(told);
  }

  close(): void {
    this.#client.destroy();
  }
}

function stateOf(group: string, found: AutoScalingGroup): GroupState {
  return {
    group,
    smallest: found.MinSize ?? 0,
    largest: found.MaxSize ?? 0,
    desired: found.DesiredCapacity ?? 0,
    instances: (found.Instances ?? []).map((one) => ({
      instance: one.InstanceId ?? "",
      state: one.LifecycleState ?? "",
      type: one.InstanceType ?? "",
    })),
  };
}

/** AWS's errors by name; `InsufficientInstanceCapacity` and limits are told, and the run goes on with what is there. */
function told(error: unknown): never {
  const name = error instanceof Error ? error.name : "";
  const said = error instanceof Error ? error.message.slice(0, 200) : String(error);
  if (/Credentials|Token|AccessDenied|AuthFailure|UnauthorizedOperation/.test(name)) {
    throw new AssayError(
      "not_permitted",
      `AWS refuses: ${said}`,
      "Give the instance role or profile the policy of infra/assay.yaml.",
    );
  }
  if (/ValidationError/.test(name)) {
    throw new AssayError("bad_input", `AWS can't do this: ${said}`, "Look at the group's limits in its template.");
  }
  throw new AssayError(
    "unavailable",
    `AWS answers ${name || "nothing"}: ${said}`,
    "The run goes on with the agents that are there.",
  );
}
