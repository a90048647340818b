/**
 * Makes a picture of a screen small: its colours become a palette of at most 256, which is nearly all that such a picture has, and the rest is
 * compressed as well as PNG can (W3C PNG, third edition).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS_MAX = 256;
const GROUNDS = 48;

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel in one number. */
  readonly pixels: Uint32Array;
}

export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  const palette = paletteOf(pixels);
  const indexes = new Map<number, number>();
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    // Filter 0: neighbouring indexes say nothing about each other's number.
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x]!;
      let index = indexes.get(colour);
      if (index === undefined) indexes.set(colour, (index = nearest(palette, colour)));
      lines[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, indexed colours.
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >>> 16, (colour >>> 8) & 255, colour & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** Reads what browsers write: eight bits, red, green and blue, with or without alpha, not interlaced. */
export function readPng(png: Buffer): Picture {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [bits, type, , , interlaced] = png.subarray(24, 29);
  if (!png.subarray(0, 8).equals(SIGNATURE) || bits !== 8 || (type !== 2 && type !== 6 && type !== 3) || interlaced !== 0) throw new Error('cannot read this kind of PNG');
  const size = type === 2 ? 3 : type === 6 ? 4 : 1;
  const data: Buffer[] = [];
  let palette = Buffer.alloc(0);
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString('latin1', at + 4, at + 8);
    if (name === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    if (name === 'PLTE') palette = Buffer.from(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const lines = unfilter(inflateSync(Buffer.concat(data)), width * size, height, size);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const [source, from] = type === 3 ? [palette, lines[at]! * 3] : [lines, at * size];
    pixels[at] = (source[from]! << 16) | (source[from + 1]! << 8) | source[from + 2]!;
  }
  return { width, height, pixels };
}

/** PNG §9: each byte is the difference to what its neighbours foretell. */
function unfilter(raw: Buffer, stride: number, height: number, size: number): Buffer {
  const lines = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < size ? 0 : lines[at - size]!;
      const up = y === 0 ? 0 : lines[at - stride]!;
      const corner = x < size || y === 0 ? 0 : lines[at - stride - size]!;
      lines[at] = raw[y * (stride + 1) + 1 + x]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
    }
  }
  return lines;
}

function paeth(left: number, up: number, corner: number): number {
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
}

/** The most frequent colours: the first ones whatever they are, as grounds are, of the others none that is closer to another than it must be for all to fit. */
function paletteOf(pixels: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  for (let apart = 0; ; apart += 3) {
    const palette: number[] = [];
    for (const colour of byCount) {
      if (palette.length < GROUNDS || palette.every((one) => distance(one, colour) > apart * apart)) palette.push(colour);
      if (palette.length > COLOURS_MAX) break;
    }
    if (palette.length <= COLOURS_MAX) return palette;
  }
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Infinity];
  for (const [index, one] of palette.entries()) {
    const far = distance(one, colour);
    if (far < least) [best, least] = [index, far];
  }
  return best;
}

/** Squared; -1 for the same colour, so that it is closer than anything. */
function distance(a: number, b: number): number {
  if (a === b) return -1;
  return ((a >>> 16) - (b >>> 16)) ** 2 + (((a >>> 8) & 255) - ((b >>> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
