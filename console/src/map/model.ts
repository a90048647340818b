/**
 * The service map as it is drawn: who is in it, how wide an edge is, which are failing, and what stands beside them. Pure: no picture, no pixels of
 * the screen.
 */
import type { Edge, Node, Red, ServiceMap } from '#api/figures.ts';
import { duration, millisOf, percent, rateIn, type RateUnit, rateUnit } from '#time/format.ts';

/** `troubled` from one failure in a hundred on, `failing` from one in twenty. */
export type Health = 'well' | 'troubled' | 'failing';

export interface MapNode {
  readonly name: string;
  /** Null: others call it, and it sent nothing where it would be entered. */
  readonly red: Red | null;
  readonly health: Health;
  readonly callers: readonly string[];
  readonly callees: readonly string[];
}

export interface MapEdge {
  readonly id: string;
  readonly edge: Edge;
  readonly health: Health;
  /** Pixels: more calls, a wider line. */
  readonly width: number;
}

export interface MapModel {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Of the period, up to now. */
  readonly seconds: number;
  /** Of all rates of the map. */
  readonly unit: RateUnit;
}

const WIDTH_MIN = 1.25;
const WIDTH_MAX = 5;

export function edgeId({ parent, child }: Pick<Edge, 'parent' | 'child'>): string {
  return JSON.stringify([parent, child]);
}

export function modelOf({ nodes, edges, start, end }: ServiceMap, now_ms: number): MapModel {
  const figures = new Map(nodes.map((node): [string, Node] => [node.service, node]));
  const names = [...new Set([...figures.keys(), ...edges.flatMap(({ parent, child }) => [parent, child])])].sort((left, right) => left.localeCompare(right));
  const most = Math.max(1, ...edges.map(({ count }) => count));
  const seconds = Math.max(1, (Math.min(millisOf(end), now_ms) - millisOf(start)) / 1_000);
  return {
    nodes: names.map((name) => {
      const red = figures.get(name) ?? null;
      return {
        name,
        red,
        health: red === null ? 'well' : healthOf(red),
        callers: edges.filter(({ child }) => child === name).map(({ parent }) => parent),
        callees: edges.filter(({ parent }) => parent === name).map(({ child }) => child),
      };
    }),
    edges: edges.map((edge) => ({ id: edgeId(edge), edge, health: healthOf(edge), width: WIDTH_MIN + (WIDTH_MAX - WIDTH_MIN) * Math.sqrt(edge.count / most) })),
    seconds,
    unit: rateUnit([...edges, ...nodes].map(({ count }) => count / seconds)),
  };
}

/** A service with those that call it and those that it calls. */
export function around(model: MapModel, name: string): MapModel {
  const node = model.nodes.find((one) => one.name === name);
  if (node === undefined) return model;
  const kept = new Set([name, ...node.callers, ...node.callees]);
  return { ...model, nodes: model.nodes.filter((one) => kept.has(one.name)), edges: model.edges.filter(({ edge }) => kept.has(edge.parent) && kept.has(edge.child) && (edge.parent === name || edge.child === name)) };
}

/** Of those that nobody calls, the one with most requests: where traces begin. Without any, the busiest of all. */
export function busiest({ nodes }: MapModel): string | undefined {
  const first = nodes.filter(({ callers }) => callers.length === 0);
  return (first.length > 0 ? first : nodes).toSorted((left, right) => (right.red?.count ?? 0) - (left.red?.count ?? 0))[0]?.name;
}

export function errorShare({ count, errors }: Pick<Red, 'count' | 'errors'>): number {
  return count === 0 ? 0 : errors / count;
}

function healthOf(red: Red): Health {
  const share = errorShare(red);
  return share >= 0.05 ? 'failing' : share >= 0.01 ? 'troubled' : 'well';
}

type Time = Pick<MapModel, 'seconds' | 'unit'>;

export function rateOf({ count }: Pick<Red, 'count'>, { seconds, unit }: Time): string {
  return rateIn(count / seconds, unit);
}

/** The short text at an edge. */
export function edgeText({ edge, health }: MapEdge, model: Time): string {
  const calls = rateOf(edge, model);
  return health === 'well' ? calls : `${calls} · ✕ ${percent(errorShare(edge))}`;
}

/** The second line of a node. */
export function nodeText({ red }: MapNode, model: Time): string {
  return red === null ? 'no requests of its own' : `${rateOf(red, model)} · p95 ${duration(red.p95)}`;
}

/** A figure in words, for those who hear it. */
export function spoken(red: Red, what: string, model: Time): string {
  return `${rateOf(red, model)} ${what}, ${percent(errorShare(red))} failed, p95 ${duration(red.p95)}`;
}

/** As much of a name as fits, with its end: names of a family differ there. */
export function shortName(name: string, characters: number): string {
  if (name === '') return 'no service name';
  return name.length <= characters ? name : `${name.slice(0, Math.ceil(characters / 2) - 1)}…${name.slice(-(Math.floor(characters / 2)))}`;
}
