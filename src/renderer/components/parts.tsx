import { type ReactNode, useContext, useState } from "react";
import { copyText } from "../client/copy-text.ts";
import { Icon } from "./Icon.tsx";
import { PanelContext } from "./panel-context.ts";
import { useElapsed } from "./use-elapsed.ts";

interface FailureProps {
  readonly error: { readonly message: string; readonly hint?: string | undefined; readonly code?: string };
  readonly onRetry?: () => void;
}

/** What went wrong and what to do about it, to try again and to take along. */
export function Failure({ error: { message, hint, code }, onRetry }: FailureProps) {
  const [isCopied, setIsCopied] = useState(false);
  const said = [message, hint, code ? `(${code})` : ""].filter(Boolean).join("\n");
  return (
    <div className="failure" role="alert">
      <div>
        <div className="strong">{message}</div>
        {hint && <div className="ink2">{hint}</div>}
        {onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
      <button
        type="button"
        className="button quiet"
        aria-label="Copy the message"
        title="Copy the message"
        onClick={() => void copyText(said).then(setIsCopied)}
      >
        <Icon name={isCopied ? "check" : "copy"} />
      </button>
    </div>
  );
}

/** A level below what it stands in: the page, or a panel. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  const Heading = useContext(PanelContext) ? "h3" : "h2";
  return (
    <div className="empty">
      <Heading>{title}</Heading>
      {children && <p style={{ margin: "4px auto 12px" }}>{children}</p>}
      {action}
    </div>
  );
}

/** What stands in a panel while an answer is on its way; nothing for the first moment, from two seconds on with the time. */
export function Waiting({ label = "Reading" }: { label?: string }) {
  const elapsed = useElapsed();
  return (
    <div className="empty waiting muted" aria-busy="true">
      {elapsed ? `${label}, ${elapsed}` : `${label}…`}
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
