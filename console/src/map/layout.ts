/** Where nodes and edges lie: callers left of (or above) those they call, as few crossings as Dagre finds. Pure. */
import { Graph, layout } from '@dagrejs/dagre';
import type { MapModel } from './model.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placed {
  /** Centres by name. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** Paths and the place of the label, by id. */
  readonly edges: ReadonlyMap<string, { readonly path: string; readonly middle: Point }>;
  readonly width: number;
  readonly height: number;
}

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 46;
const MARGIN = 24;
const EDGES_RANKED_EXACTLY = 120;
/** Of more edges only those show their text that belong to what is pointed at, so no room is kept for it. */
export const TEXTS_MAX = 16;

export type Direction = 'across' | 'down';

export function place(model: MapModel, direction: Direction): Placed {
  const graph = new Graph({ directed: true });
  // The exact ranks cost too much where there are many edges.
  const ranker = model.edges.length > EDGES_RANKED_EXACTLY ? 'longest-path' : 'network-simplex';
  graph.setGraph({ ranker, rankdir: direction === 'across' ? 'LR' : 'TB', nodesep: direction === 'across' ? 22 : 18, edgesep: 14, ranksep: direction === 'across' ? (model.edges.length <= TEXTS_MAX ? 60 : 110) : 46, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of model.nodes) graph.setNode(name, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const text = model.edges.length <= TEXTS_MAX ? { width: direction === 'across' ? 118 : 96, height: 16, labelpos: 'c' } : {};
  for (const { edge } of model.edges) graph.setEdge(edge.parent, edge.child, { ...text });
  layout(graph);
  const nodes = new Map(model.nodes.map(({ name }): [string, Point] => {
    const { x = 0, y = 0 } = graph.node(name) as Partial<Point>;
    return [name, { x, y }];
  }));
  const edges = new Map(model.edges.map(({ id, edge }): [string, { path: string; middle: Point }] => {
    const { points = [], x, y } = graph.edge(edge.parent, edge.child) as { readonly points?: readonly Point[] } & Partial<Point>;
    return [id, { path: pathOf(points), middle: x === undefined || y === undefined ? middleOf(points) : { x, y } }];
  }));
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return { nodes, edges, width: Math.max(width, NODE_WIDTH + 2 * MARGIN), height: Math.max(height, NODE_HEIGHT + 2 * MARGIN) };
}

/** The node nearest in the direction of an arrow key; null without any. */
export function nextTowards(placed: Placed, from: string, key: string): string | null {
  const here = placed.nodes.get(from);
  const way = WAYS[key];
  if (here === undefined || way === undefined) return null;
  let best: { readonly name: string; readonly cost: number } | null = null;
  for (const [name, { x, y }] of placed.nodes) {
    const along = (x - here.x) * way.x + (y - here.y) * way.y;
    const aside = Math.abs((x - here.x) * way.y) + Math.abs((y - here.y) * way.x);
    if (along <= 1 || name === from) continue;
    // What lies aside is farther away than what lies ahead.
    const cost = along + aside * 2;
    if (best === null || cost < best.cost) best = { name, cost };
  }
  return best?.name ?? null;
}

const WAYS: Readonly<Record<string, Point>> = { ArrowRight: { x: 1, y: 0 }, ArrowLeft: { x: -1, y: 0 }, ArrowDown: { x: 0, y: 1 }, ArrowUp: { x: 0, y: -1 } };

/** Through the middles between points, with the points as controls: smooth, and never beside its hull. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  let path = `M${at(first)}`;
  for (const [index, point] of rest.slice(0, -1).entries()) {
    const next = rest[index + 1] ?? last;
    const end = next === last ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${at(point)} ${at(end)}`;
  }
  return rest.length === 1 ? `${path}L${at(last)}` : path;
}

function middleOf(points: readonly Point[]): Point {
  return points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
