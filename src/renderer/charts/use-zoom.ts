import { type RefObject, useEffect, useRef, useState } from "react";

export interface Sight {
  readonly from: number;
  readonly to: number;
}

/** The shortest stretch that can be looked at, as a share of the whole. */
const nearest = 1 / 2_000;

/** Nearer or farther about a moment, never beyond the whole. */
export function zoomed(sight: Sight, whole: number, factor: number, about: number): Sight | null {
  const span = Math.max(whole * nearest, (sight.to - sight.from) * factor);
  if (span >= whole) return null;
  const share = (about - sight.from) / Math.max(1e-9, sight.to - sight.from);
  return moved({ from: about - share * span, to: about + (1 - share) * span }, whole, 0);
}

/** Earlier or later by a share of what is in sight. */
export function moved({ from, to }: Sight, whole: number, share: number): Sight {
  const span = to - from;
  const start = Math.min(Math.max(0, from + share * span), Math.max(0, whole - span));
  return { from: start, to: start + span };
}

interface Zoom {
  /** What is in sight; the whole where nothing was chosen. */
  readonly sight: Sight;
  readonly isWhole: boolean;
  readonly box: RefObject<HTMLElement | null>;
  nearer(factor: number, about?: number): void;
  move(share: number): void;
  show(sight: Sight | null): void;
}

/** Which part of a length of time is looked at; the wheel with Ctrl zooms about the pointer, with Shift it moves. */
export function useZoom(whole: number, secondAt: (clientX: number) => number): Zoom {
  const [chosen, show] = useState<Sight | null>(null);
  const box = useRef<HTMLElement>(null);
  const sight = chosen ?? { from: 0, to: whole };
  const nearer = (factor: number, about = (sight.from + sight.to) / 2) => show(zoomed(sight, whole, factor, about));
  const move = (share: number) => chosen && show(moved(chosen, whole, share));
  const turn = useRef<(event: WheelEvent) => void>(() => {});
  turn.current = (event) => {
    const isZoom = event.ctrlKey || event.metaKey;
    if (!isZoom && !(event.shiftKey && chosen)) return;
    event.preventDefault();
    if (isZoom) nearer(event.deltaY > 0 ? 1.25 : 0.8, secondAt(event.clientX));
    else move(Math.sign(event.deltaY + event.deltaX) * 0.1);
  };
  useEffect(() => {
    const { current } = box;
    const hear = (event: WheelEvent) => turn.current(event);
    current?.addEventListener("wheel", hear, { passive: false });
    return () => current?.removeEventListener("wheel", hear);
  }, []);
  return { sight, isWhole: chosen === null, box, nearer, move, show };
}
