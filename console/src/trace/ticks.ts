/** Round instants for a ruler, and stretches of time as pixels: what falls onto the same pixel is drawn once. */

/** Round steps after the origin, about as many as wanted. */
export function ticksOf({ from, to, origin }: Pick<Scale, 'from' | 'to' | 'origin'>, wanted: number): number[] {
  const range = to - from;
  if (!(range > 0) || wanted < 1) return [];
  const rough = range / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - origin) / step); origin + at * step <= to; at += 1) ticks.push(origin + at * step);
  return ticks;
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly width: number;
  /** What is called zero; the start of the trace as drawn. */
  readonly origin: number;
}

export function pixelOf({ from, to, width }: Omit<Scale, 'origin'>, at: number): number {
  return to > from ? ((at - from) / (to - from)) * width : 0;
}

/** Joins stretches given from left to right that are less than a pixel apart, and leaves out what lies outside. */
export class Strokes {
  readonly #scale: Scale;
  readonly #least: number;
  readonly stretches: (readonly [number, number])[] = [];
  #from = Number.NaN;
  #to = Number.NaN;

  /** `least`: no stroke is narrower than so many pixels. */
  constructor(scale: Scale, least = 1) {
    this.#scale = scale;
    this.#least = least;
  }

  add(from: number, to: number): void {
    const left = Math.max(0, pixelOf(this.#scale, from));
    const right = Math.min(this.#scale.width, Math.max(pixelOf(this.#scale, to), pixelOf(this.#scale, from) + this.#least));
    if (right < 0 || left > this.#scale.width || right < left) return;
    if (left <= this.#to + 1) {
      this.#to = Math.max(this.#to, right);
      return;
    }
    this.#flush();
    this.#from = left;
    this.#to = right;
  }

  /** As an SVG path of rectangles. */
  path(top: number, height: number): string {
    this.#flush();
    return this.stretches.map(([left, right]) => `M${left.toFixed(1)} ${top}H${right.toFixed(1)}V${top + height}H${left.toFixed(1)}Z`).join('');
  }

  #flush(): void {
    if (!Number.isNaN(this.#from)) this.stretches.push([this.#from, this.#to]);
    this.#from = Number.NaN;
    this.#to = Number.NaN;
  }
}
