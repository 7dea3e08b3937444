import { useEffect, useState } from "react";
import { seconds } from "../format/format.ts";

const worthTelling = 2;

/** Seconds since it was drawn, in words: "3 s"; nothing for the first two, in which most answers come. */
export function useElapsed(): string {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setElapsed(Math.floor((Date.now() - began) / 1_000)), 500);
    return () => clearInterval(timer);
  }, []);
  if (elapsed < worthTelling) return "";
  return elapsed < 60 ? `${elapsed} s` : seconds(elapsed);
}
