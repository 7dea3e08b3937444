import { type ReactNode, useContext } from "react";
import { PanelContext } from "./panel-context.ts";

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

/** A level below what it stands in: the page, or a panel. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  const Heading = useContext(PanelContext) ? "h3" : "h2";
  return (
    <div className="empty">
      <Heading>{title}</Heading>
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

interface HeadProps {
  readonly title: string;
  readonly crumb?: { readonly name: string; readonly to: string };
  /** Chips after the title. */
  readonly beside?: ReactNode;
  readonly right?: ReactNode;
}

export function Head({ title, crumb, beside, right }: HeadProps) {
  return (
    <div className="head">
      <h1>
        {crumb && (
          <span className="crumb">
            <a href={crumb.to} data-route>
              {crumb.name}
            </a>{" "}
            /{" "}
          </span>
        )}
        {title}
      </h1>
      {beside && <div className="beside">{beside}</div>}
      {right && <div className="right">{right}</div>}
    </div>
  );
}
