import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { BrokerSettingsState, ClusterStatus } from "../../../shared/api/contract/cluster.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { bytes } from "../../format/format.ts";

const places = {
  key_store: "The password is in this system’s key store.",
  file: "This system has no key store: the password is in a file that only you can read.",
  environment: "Set by ASSAY_REDIS_URL in the environment, which stands before what is named here.",
} as const;

/** Which server the agents meet at; for this user on this machine, never in the workspace. */
export function BrokerPanel({ broker }: { broker: ClusterStatus["broker"] }) {
  const settings = useAsk("cluster.settings", {});
  const under = {
    ok: `Version ${broker.version}, ${bytes(broker.used_bytes)} used${broker.max_bytes > 0 ? ` of ${bytes(broker.max_bytes)}` : ""}`,
    away: "Named, but it doesn’t answer",
    none: "A Redis or Valkey server that agents can reach",
  }[broker.state];
  return (
    <Panel title={broker.address ?? "Broker"} under={under}>
      {broker.state === "away" && <Failure error={{ message: broker.why ?? "", hint: broker.hint ?? undefined }} />}
      {settings.isPending && <Waiting />}
      {settings.data && <BrokerForm key={JSON.stringify(settings.data)} settings={settings.data} />}
      <p className="small ink2">
        Its queue is made again from the directory whenever it is lost. Jobs in it are sealed: who reaches only the
        broker can neither read nor make one.
      </p>
    </Panel>
  );
}

function BrokerForm({ settings }: { settings: BrokerSettingsState }) {
  const client = useClient();
  const queries = useQueryClient();
  const [url, setUrl] = useState(settings.url ?? "");
  const [username, setUsername] = useState(settings.username ?? "");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const isFixed = settings.kept_in === "environment";
  const save = (event: FormEvent) => {
    event.preventDefault();
    const change = { url, username, ...(password === "" ? {} : { password }) };
    client.call("cluster.configure", change).then(
      () => {
        setError(null);
        return queries.invalidateQueries();
      },
      (reason: Error) => setError(reason),
    );
  };
  return (
    <form className="broker-form" onSubmit={save}>
      <label className="on">
        Address
        <input
          className="field mono"
          value={url}
          disabled={isFixed}
          placeholder="rediss://cache.example:6379"
          spellCheck={false}
          onChange={(event) => setUrl(event.target.value)}
        />
      </label>
      <label className="on">
        User
        <input
          className="field"
          value={username}
          disabled={isFixed}
          autoComplete="off"
          onChange={(event) => setUsername(event.target.value)}
        />
      </label>
      <label className="on">
        Password
        <input
          className="field"
          type="password"
          value={password}
          disabled={isFixed}
          autoComplete="new-password"
          placeholder={settings.has_password ? "kept" : ""}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {error && <Failure error={error} />}
      <div className="form-actions">
        <button type="submit" className="button" disabled={isFixed}>
          Save
        </button>
        <span className="small ink2">{settings.kept_in ? places[settings.kept_in] : ""}</span>
      </div>
    </form>
  );
}
