import { useEffect, useState } from "react";

const everyMs = 3_000;

/** Says that the program doesn't answer; where a page of the browser finds it again, it goes on by itself. */
export function LostNotice({ onAgain }: { onAgain: () => void }) {
  const [isStranger, setIsStranger] = useState(false);
  useEffect(() => {
    if (window.assay) return undefined;
    const look = async () => {
      const answer = await fetch("/", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) onAgain();
      else setIsStranger(answer !== null);
    };
    const timer = setInterval(() => void look(), everyMs);
    return () => clearInterval(timer);
  }, [onAgain]);
  return (
    <div className="toast lost" role="alert">
      {isStranger
        ? "Assay was started anew: open the address that it printed."
        : "Assay doesn’t answer. What is shown may be out of date."}
      <button type="button" className="button" onClick={onAgain}>
        Connect again
      </button>
    </div>
  );
}
