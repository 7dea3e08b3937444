import type { ReactNode } from "react";
import { glossary } from "../../shared/domain/glossary.ts";
import { word } from "../format/format.ts";

export function Panel({
  title,
  under,
  tools,
  children,
  span = "s12",
}: {
  title: string;
  under?: string;
  tools?: ReactNode;
  children: ReactNode;
  span?: string;
}) {
  return (
    <section className={`panel ${span}`} aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          {under && <p>{under}</p>}
        </div>
        {tools && <div className="tools">{tools}</div>}
      </header>
      {children}
    </section>
  );
}

/** A term of the glossary, explained on hover and focus. */
export function Term({ name, children }: { name: string; children: ReactNode }) {
  const help = glossary[name]?.help;
  return help ? (
    <span className="term" title={help}>
      {children}
    </span>
  ) : (
    <span>{children}</span>
  );
}

export function StageSwatch({ stage }: { stage: string }) {
  const isProspect = stage === "prospect" || stage === "first_seen_later";
  return (
    <i
      className="swatch"
      aria-hidden
      style={isProspect ? { border: "1px dashed var(--ink-3)" } : { background: `var(--${stage})` }}
    />
  );
}

export function StageName({ stage }: { stage: string }) {
  return (
    <span style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
      <StageSwatch stage={stage} />
      {word(stage)}
    </span>
  );
}

export function Failure({
  error,
  onRetry,
}: {
  error: { message: string; hint?: string | undefined };
  onRetry?: () => void;
}) {
  return (
    <div className="failure" role="alert">
      <div className="strong">{error.message}</div>
      {error.hint && <div className="ink2">{error.hint}</div>}
      {onRetry && (
        <button type="button" className="button" style={{ marginTop: 8 }} onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h3>{title}</h3>
      {children && <p style={{ margin: "4px 0 12px" }}>{children}</p>}
      {action}
    </div>
  );
}

/** What stands while an answer is on its way; nothing for the first moment. */
export function Waiting({ label = "Loading" }: { label?: string }) {
  return (
    <div className="empty fade muted" aria-busy="true">
      {label}…
    </div>
  );
}

export function Head({
  title,
  crumb,
  right,
}: {
  title: string;
  crumb?: { name: string; to: string };
  right?: ReactNode;
}) {
  return (
    <div className="head">
      <h1>
        {crumb && (
          <span className="crumb">
            <a href={crumb.to} data-route style={{ color: "inherit" }}>
              {crumb.name}
            </a>{" "}
            /{" "}
          </span>
        )}
        {title}
      </h1>
      {right && <div className="right">{right}</div>}
    </div>
  );
}
