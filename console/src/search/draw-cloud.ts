/** Drawing points, or cells of a heat map, on a canvas. Failed spans have another shape: a cross, or a mark in the corner of their cell. */
import { serviceColour } from '#colours/service-colour.ts';
import { tokenColour } from '#colours/paint.ts';
import { cellsOf, type Cloud } from './cloud.ts';
import type { Axis } from './scales.ts';

export interface Picture {
  readonly cloud: Cloud;
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
  readonly height: number;
}

const CELL = 10;

export function drawScatter(canvas: HTMLCanvasElement, picture: Picture): void {
  const pen = penOf(canvas, picture);
  if (pen === null) return;
  const { cloud, x, y } = picture;
  const colours = new Map<string, string>();
  const colourOf = (service: string): string => {
    const known = colours.get(service) ?? tokenColour(serviceColour(service).slice(4, -1));
    colours.set(service, known);
    return known;
  };
  const radius = cloud.count > 2_500 ? 1.8 : cloud.count > 300 ? 2.4 : 3.2;
  pen.globalAlpha = cloud.count > 1_500 ? 0.55 : 0.75;
  for (let at = 0; at < cloud.count; at += 1) {
    if (cloud.error[at] === 1) continue;
    pen.fillStyle = colourOf(cloud.service[at] ?? '');
    pen.beginPath();
    pen.arc(x.toPx(cloud.at_ms[at] ?? 0), y.toPx(cloud.duration[at] ?? 0), radius, 0, 6.2832);
    pen.fill();
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = tokenColour('--error');
  pen.lineWidth = 1.6;
  const arm = radius + 1.2;
  pen.beginPath();
  for (let at = 0; at < cloud.count; at += 1) {
    if (cloud.error[at] !== 1) continue;
    cross(pen, x.toPx(cloud.at_ms[at] ?? 0), y.toPx(cloud.duration[at] ?? 0), arm);
  }
  pen.stroke();
}

export function drawHeat(canvas: HTMLCanvasElement, picture: Picture): void {
  const pen = penOf(canvas, picture);
  if (pen === null) return;
  const { cells, most } = cellsOf(picture.cloud, picture.x, picture.y, CELL);
  pen.fillStyle = tokenColour('--chart-1');
  for (const { column, row, count } of cells) {
    // Size says the same as shade, for those who cannot tell shades apart.
    const share = Math.log1p(count) / Math.log1p(most);
    const side = 3 + share * (CELL - 4);
    pen.globalAlpha = 0.25 + 0.75 * share;
    pen.fillRect(column * CELL + (CELL - side) / 2, row * CELL + (CELL - side) / 2, side, side);
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = tokenColour('--error');
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const { column, row, errors } of cells) if (errors > 0) cross(pen, column * CELL + CELL / 2, row * CELL + CELL / 2, 2.6);
  pen.stroke();
}

/** A cleared canvas in the pixels of this screen; null where there is nothing to draw on. */
function penOf(canvas: HTMLCanvasElement, { width, height }: Picture): CanvasRenderingContext2D | null {
  const sharp = devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const pen = canvas.getContext('2d');
  pen?.scale(sharp, sharp);
  return width > 0 ? pen : null;
}

function cross(pen: CanvasRenderingContext2D, x: number, y: number, arm: number): void {
  pen.moveTo(x - arm, y - arm);
  pen.lineTo(x + arm, y + arm);
  pen.moveTo(x - arm, y + arm);
  pen.lineTo(x + arm, y - arm);
}
