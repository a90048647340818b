/** What of the picture is seen, moved by pointer, wheel, fingers and buttons. */
import { type PointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { NODE_HEIGHT, NODE_WIDTH, type Placed, type Point } from './layout.ts';
import { fit, pan, reveal, type Size, type View, zoom } from './viewport.ts';

interface Handlers {
  readonly onPointerDown: (event: PointerEvent<SVGSVGElement>) => void;
  readonly onPointerMove: (event: PointerEvent<SVGSVGElement>) => void;
  readonly onPointerUp: (event: PointerEvent<SVGSVGElement>) => void;
  readonly onPointerCancel: (event: PointerEvent<SVGSVGElement>) => void;
}

export interface ViewOfPicture {
  readonly view: View;
  readonly size: Size;
  readonly zoomBy: (factor: number) => void;
  readonly fitAll: () => void;
  readonly panBy: (by: Point) => void;
  readonly revealPoint: (point: Point) => void;
  readonly centreOn: (point: Point) => void;
  /** The press that just ended moved the picture: it chooses nothing. */
  readonly dragged: () => boolean;
  readonly handlers: Handlers;
}

/** A press that moves less than this is a click. */
const DRAG_PX = 4;

/** `first` is the point around which a picture begins that does not fit. */
export function useView(frame: RefObject<HTMLDivElement | null>, placed: Placed, first: Point | undefined): ViewOfPicture {
  const [size, setSize] = useState<Size>({ width: 800, height: 480 });
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const now = useRef({ placed, size });
  now.current = { placed, size };
  // Another picture is shown whole; another window only as long as nobody has moved the picture themselves.
  const touched = useRef(false);
  useEffect(() => {
    touched.current = false;
  }, [placed]);
  useEffect(() => {
    if (!touched.current) setView(fit(placed, size, true, first));
  }, [placed, size, first]);
  const move = useCallback((to: (before: View) => View): void => {
    touched.current = true;
    setView(to);
  }, []);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) }));
    observer.observe(element);
    // With the modifier only, or the page could not be scrolled past the map. A pinch of a touch pad comes so as well.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      touched.current = true;
      setView((before) => zoom(before, Math.exp(-event.deltaY * 0.0045), { x: event.clientX - left, y: event.clientY - top }));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, [frame]);
  const pointers = useRef(new Map<number, Point>());
  const moved = useRef(0);
  const handlers: Handlers = {
    onPointerDown: (event) => {
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved.current = 0;
    },
    onPointerMove: (event) => {
      const before = pointers.current.get(event.pointerId);
      if (before === undefined) return;
      const here = { x: event.clientX, y: event.clientY };
      const others = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      pointers.current.set(event.pointerId, here);
      moved.current += Math.hypot(here.x - before.x, here.y - before.y);
      if (moved.current < DRAG_PX) return;
      // From here on it is a drag, also when it leaves the picture.
      event.currentTarget.setPointerCapture(event.pointerId);
      const [other] = others;
      if (other === undefined) {
        move((was) => pan(was, { x: here.x - before.x, y: here.y - before.y }, now.current.placed, now.current.size));
        return;
      }
      const { left, top } = event.currentTarget.getBoundingClientRect();
      const factor = Math.hypot(here.x - other.x, here.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      move((was) => zoom(was, factor, { x: (here.x + other.x) / 2 - left, y: (here.y + other.y) / 2 - top }));
    },
    onPointerUp: (event) => void pointers.current.delete(event.pointerId),
    onPointerCancel: (event) => void pointers.current.delete(event.pointerId),
  };
  const middle = (): Point => ({ x: now.current.size.width / 2, y: now.current.size.height / 2 });
  return {
    view,
    size,
    handlers,
    dragged: () => moved.current >= DRAG_PX,
    zoomBy: (factor) => move((before) => zoom(before, factor, middle())),
    fitAll: () => move(() => fit(now.current.placed, now.current.size, false)),
    panBy: (by) => move((before) => pan(before, by, now.current.placed, now.current.size)),
    centreOn: ({ x, y }) => move((before) => pan({ scale: before.scale, x: x - now.current.size.width / before.scale / 2, y: y - now.current.size.height / before.scale / 2 }, { x: 0, y: 0 }, now.current.placed, now.current.size)),
    revealPoint: useCallback((point: Point) => setView((before) => reveal(before, point, { width: NODE_WIDTH + 40, height: NODE_HEIGHT + 40 }, now.current.size)), []),
  };
}
