/** Drawing a box over a picture with the pointer. A press without a move is a press; Escape lets go. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Brush {
  /** What is drawn at this moment. */
  readonly box: Box | null;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerCancel: () => void;
  };
}

const MOVED_PX = 5;

export function useBrush(onBrush: (box: Box) => void, onPress?: (x: number, y: number, event: PointerEvent<HTMLElement>) => void): Brush {
  const start = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const [box, setBox] = useState<Box | null>(null);
  const letGo = (): void => {
    start.current = null;
    setBox(null);
  };
  const drawing = box !== null;
  useEffect(() => {
    if (!drawing) return undefined;
    const onKey = (event: KeyboardEvent): void => (event.key === 'Escape' ? letGo() : undefined);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [drawing]);
  return {
    box,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        start.current = placeOf(event);
        // A pointer that is no longer there cannot be captured.
        if (event.currentTarget.isConnected) event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        if (start.current === null) return;
        const to = placeOf(event);
        if (box !== null || Math.hypot(to.x - start.current.x, to.y - start.current.y) > MOVED_PX) setBox(boxOf(start.current, to, event.currentTarget));
      },
      onPointerUp: (event) => {
        const from = start.current;
        const drawn = box;
        letGo();
        if (drawn !== null) onBrush(drawn);
        else if (from !== null) onPress?.(from.x, from.y, event);
      },
      onPointerCancel: letGo,
    },
  };
}

export function placeOf(event: PointerEvent<HTMLElement>): { readonly x: number; readonly y: number } {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function boxOf(from: { readonly x: number; readonly y: number }, to: { readonly x: number; readonly y: number }, { clientWidth, clientHeight }: HTMLElement): Box {
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return {
    left: within(Math.min(from.x, to.x), clientWidth),
    right: within(Math.max(from.x, to.x), clientWidth),
    top: within(Math.min(from.y, to.y), clientHeight),
    bottom: within(Math.max(from.y, to.y), clientHeight),
  };
}
