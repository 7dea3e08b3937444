import { CopyButton } from "../../components/CopyButton.tsx";
import { Panel } from "../../components/Panel.tsx";
import { agentCommand, agentUnit, mountCommands } from "./commands.ts";

/** How another machine comes to help: mount the directory, start an agent. */
export function AddAgentPanel({ workspace, redis }: { workspace: string; redis: string | null }) {
  const command = agentCommand(workspace, redis);
  return (
    <Panel title="Add an agent" under="On any machine that has the program and reaches directory and broker">
      <ol className="add-agent">
        <li>
          <div className="strong">Mount the directory</div>
          <Command name="NFS 4.1" text={mountCommands.nfs} />
          <Command name="Amazon EFS" text={mountCommands.efs} />
        </li>
        <li>
          <div className="strong">Start the agent</div>
          <Command text={command} />
          <p className="small ink2">
            With <code>--cores</code> and <code>--memory</code> it takes less than the whole machine. A password stands
            in ASSAY_REDIS_PASSWORD, not in the command.
          </p>
        </li>
        <li>
          <div className="strong">Or let the system keep it there</div>
          <div className="form-actions">
            <CopyButton label="Copy a systemd unit" text={() => agentUnit(workspace, redis)} />
          </div>
        </li>
      </ol>
    </Panel>
  );
}

function Command({ name, text }: { name?: string; text: string }) {
  return (
    <div className="command">
      {name && <span className="small ink2">{name}</span>}
      <code className="mono" title={text}>
        {text}
      </code>
      <CopyButton label="Copy" text={() => text} />
    </div>
  );
}
