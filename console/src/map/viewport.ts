/** What of the picture is seen: a rectangle in its coordinates that moves and grows with pan and zoom. Pure. */
import type { Point } from './layout.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The corner that is seen top left, and pixels of the screen per unit of the picture. */
export interface View extends Point {
  readonly scale: number;
}

/** Below this, names cannot be read: a large picture begins so and is moved about. */
const READABLE = 0.75;
const FIT_MAX = 1.15;
const SCALE_MIN = 0.12;
const SCALE_MAX = 3;

/** All of the picture if its names can be read then, else as much as can be, around a point; centred where there is room. */
export function fit(picture: Size, window: Size, readable = true, around: Point = { x: 0, y: 0 }): View {
  const whole = Math.min(FIT_MAX, window.width / picture.width, window.height / picture.height);
  const scale = clamp(readable ? Math.max(whole, READABLE) : whole, SCALE_MIN, SCALE_MAX);
  const corner = (of: number, inside: number, middle: number): number => {
    const seen = inside / scale;
    return of <= seen ? (of - seen) / 2 : clamp(middle - seen / 2, 0, of - seen);
  };
  return { scale, x: corner(picture.width, window.width, around.x), y: corner(picture.height, window.height, around.y) };
}

/** Zooms so that the point of the screen stays where it is. */
export function zoom(view: View, factor: number, at: Point): View {
  const scale = clamp(view.scale * factor, SCALE_MIN, SCALE_MAX);
  return { scale, x: view.x + at.x / view.scale - at.x / scale, y: view.y + at.y / view.scale - at.y / scale };
}

/** By pixels of the screen, but never so far that nothing is seen. */
export function pan(view: View, by: Point, picture: Size, window: Size): View {
  const kept = (corner: number, of: number, inside: number): number => clamp(corner, -(inside / view.scale) * 0.8, of - (inside / view.scale) * 0.2);
  return { scale: view.scale, x: kept(view.x - by.x / view.scale, picture.width, window.width), y: kept(view.y - by.y / view.scale, picture.height, window.height) };
}

/** Moves as little as needed for a point to be seen, with room around it. */
export function reveal(view: View, point: Point, room: Size, window: Size): View {
  const into = (corner: number, middle: number, around: number, inside: number): number => {
    const seen = inside / view.scale;
    if (middle - around / 2 < corner) return middle - around / 2;
    return middle + around / 2 > corner + seen ? middle + around / 2 - seen : corner;
  };
  return { scale: view.scale, x: into(view.x, point.x, room.width, window.width), y: into(view.y, point.y, room.height, window.height) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(Math.min(value, Math.max(least, most)), Math.min(least, most));
}
