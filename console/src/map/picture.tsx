/**
 * The map as a picture: services as boxes, calls as lines, wider for more. Drag moves it, Ctrl and the wheel or two fingers zoom, the keys of the arrows go
 * from service to service. Failures have a dash, a sign and a number besides their colour.
 */
import { Maximize, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { serviceColour } from '#colours/service-colour.ts';
import { percent } from '#time/format.ts';
import { IconButton } from '#ui/button.tsx';
import { type Direction, NODE_HEIGHT, NODE_WIDTH, nextTowards, place, type Placed, type Point, TEXTS_MAX } from './layout.ts';
import { busiest, edgeText, errorShare, type MapEdge, type MapModel, type MapNode, nodeText, shortName, spoken } from './model.ts';
import { Overview } from './overview.tsx';
import styles from './picture.module.css';
import { idOf, type Selected } from './use-address.ts';
import { useView } from './use-view.ts';

export interface PictureProps {
  readonly model: MapModel;
  readonly label: string;
  readonly selected: Selected | null;
  /** Names that contain it are shown, the others step back. */
  readonly wanted: string;
  readonly onSelect: (selected: Selected | null) => void;
}

const NAME_CHARACTERS = 19;
/** Of the small face, on average. */
const CHARACTER_PX = 5.7;
const NARROW = 640;

export function Picture({ model, label, selected, wanted, onSelect }: PictureProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const [direction, setDirection] = useState<Direction>('across');
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setDirection(element.clientWidth < NARROW ? 'down' : 'across'));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const placed = useMemo(() => place(model, direction), [model, direction]);
  const first = useMemo(() => placed.nodes.get(busiest(model) ?? ''), [model, placed]);
  const { view, size, zoomBy, fitAll, panBy, revealPoint, centreOn, handlers, dragged } = useView(frame, placed, first);
  const [pointed, setPointed] = useState<string | null>(null);
  const at = pointed ?? idOf(selected);
  const found = useMemo(() => (wanted === '' ? null : new Set(model.nodes.map(({ name }) => name).filter((name) => name.toLowerCase().includes(wanted.toLowerCase())))), [model, wanted]);
  const near = useMemo(() => nearOf(model, at) ?? found, [model, at, found]);
  const [hit] = found ?? [];
  useEffect(() => {
    const point = hit === undefined ? undefined : placed.nodes.get(hit);
    if (point !== undefined) revealPoint(point);
  }, [hit, placed, revealPoint]);
  const select = (one: Selected): void => {
    if (!dragged()) onSelect(idOf(one) === idOf(selected) ? null : one);
  };
  const onKey = (event: KeyboardEvent<SVGSVGElement>): void => {
    const keys: Readonly<Record<string, () => void>> = { '+': () => zoomBy(1.25), '=': () => zoomBy(1.25), '-': () => zoomBy(0.8), '0': fitAll, Escape: () => onSelect(null) };
    const from = (event.target as Element).getAttribute('data-node');
    const next = from === null ? null : nextTowards(placed, from, event.key);
    if (next !== null) {
      event.preventDefault();
      event.currentTarget.querySelector<SVGGElement>(`[data-node="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
    } else if (from === null && ARROWS[event.key] !== undefined) {
      event.preventDefault();
      panBy(ARROWS[event.key] ?? { x: 0, y: 0 });
    } else if (keys[event.key] !== undefined && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      keys[event.key]?.();
    }
  };
  const texts = model.edges.length <= TEXTS_MAX;
  return (
    <div ref={frame} className={styles['frame']}>
      <svg
        className={styles['picture']}
        role="group"
        aria-label={`${label}. Tab goes through services and calls, arrows from service to service, plus and minus zoom, 0 shows all.`}
        tabIndex={0}
        viewBox={`${view.x} ${view.y} ${size.width / view.scale} ${size.height / view.scale}`}
        onKeyDown={onKey}
        {...handlers}
      >
        <defs>
          {(['plain', 'bad', 'lit'] as const).map((of) => (
            <marker key={of} id={`arrow-${of}`} className={styles[of] ?? ''} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M0 0.5L8 4L0 7.5Z" />
            </marker>
          ))}
        </defs>
        {model.edges.map((edge) => (
          <EdgeLine key={edge.id} edge={edge} placed={placed} model={model} lit={near?.has(edge.id) ?? false} dim={near !== null && !near.has(edge.id)} text={texts || (near?.has(edge.id) ?? false)} selected={idOf(selected) === edge.id} onSelect={select} onPoint={setPointed} />
        ))}
        {model.nodes.map((node) => (
          <NodeBox key={node.name} node={node} placed={placed} model={model} dim={near !== null && !near.has(node.name)} selected={idOf(selected) === node.name} onSelect={select} onPoint={setPointed} onFocus={(point) => revealPoint(point)} />
        ))}
      </svg>
      <Overview model={model} placed={placed} view={view} size={size} onMove={centreOn} />
      <div className={styles['tools']} role="toolbar" aria-label="Zoom">
        <IconButton label="Closer" keys="+" look="plain" onPress={() => zoomBy(1.25)}>
          <Plus aria-hidden size={15} />
        </IconButton>
        <IconButton label="Farther" keys="-" look="plain" onPress={() => zoomBy(0.8)}>
          <Minus aria-hidden size={15} />
        </IconButton>
        <IconButton label="Show all" keys="0" look="plain" onPress={fitAll}>
          <Maximize aria-hidden size={15} />
        </IconButton>
      </div>
    </div>
  );
}

const ARROWS: Readonly<Record<string, Point>> = { ArrowLeft: { x: 60, y: 0 }, ArrowRight: { x: -60, y: 0 }, ArrowUp: { x: 0, y: 60 }, ArrowDown: { x: 0, y: -60 } };

/** Ids of what belongs to the service or call that is pointed at; null without one. */
function nearOf(model: MapModel, at: string | null): ReadonlySet<string> | null {
  if (at === null) return null;
  const edges = model.edges.filter(({ id, edge }) => id === at || edge.parent === at || edge.child === at);
  const known = edges.length > 0 || model.nodes.some(({ name }) => name === at);
  return known ? new Set([at, ...edges.flatMap(({ id, edge }) => [id, edge.parent, edge.child])]) : null;
}

interface EdgeLineProps {
  readonly edge: MapEdge;
  readonly placed: Placed;
  readonly model: MapModel;
  readonly lit: boolean;
  readonly dim: boolean;
  readonly text: boolean;
  readonly selected: boolean;
  readonly onSelect: (selected: Selected) => void;
  readonly onPoint: (id: string | null) => void;
}

function EdgeLine({ edge: one, placed, model, lit, dim, text, selected, onSelect, onPoint }: EdgeLineProps): ReactNode {
  const { edge, id, health, width } = one;
  const lies = placed.edges.get(id);
  if (lies === undefined) return null;
  const choose = (): void => onSelect({ is: 'edge', parent: edge.parent, child: edge.child });
  const words = edgeText(one, model);
  return (
    <g
      className={styles['edge']}
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      aria-label={`${edge.parent} calls ${edge.child}: ${words}, ${spoken(edge, 'calls', model)}`}
      data-health={health}
      data-lit={lit || undefined}
      data-dim={dim || undefined}
      data-selected={selected || undefined}
      onClick={choose}
      onKeyDown={(event) => chooseByKey(event, choose)}
      onPointerEnter={() => onPoint(id)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(null)}
    >
      <path d={lies.path} className={styles['reach']} />
      <path d={lies.path} className={styles['line']} strokeWidth={width} markerEnd={`url(#arrow-${health !== 'well' ? 'bad' : lit ? 'lit' : 'plain'})`} />
      {text || health === 'failing' ? (
        <>
          <rect className={styles['ground']} x={lies.middle.x - (words.length * CHARACTER_PX) / 2 - 4} y={lies.middle.y - 8} width={words.length * CHARACTER_PX + 8} height="16" rx="4" />
          <text x={lies.middle.x} y={lies.middle.y + 4} className={styles['label']}>
            {words}
          </text>
        </>
      ) : null}
    </g>
  );
}

interface NodeBoxProps {
  readonly node: MapNode;
  readonly placed: Placed;
  readonly model: MapModel;
  readonly dim: boolean;
  readonly selected: boolean;
  readonly onSelect: (selected: Selected) => void;
  readonly onPoint: (id: string | null) => void;
  readonly onFocus: (point: Point) => void;
}

function NodeBox({ node, placed, model, dim, selected, onSelect, onPoint, onFocus }: NodeBoxProps): ReactNode {
  const { name, red, health } = node;
  const lies = placed.nodes.get(name);
  if (lies === undefined) return null;
  const choose = (): void => onSelect({ is: 'node', name });
  const failed = red !== null && health !== 'well' ? percent(errorShare(red)) : null;
  const short = shortName(name, failed === null ? NAME_CHARACTERS : NAME_CHARACTERS - 6);
  const figures = nodeText(node, model);
  return (
    <g
      className={styles['node']}
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      aria-label={`${short === name ? '' : `${name}, `}${short} ${figures}${failed === null ? '' : ` ✕ ${failed}`}${red === null ? '' : `, ${spoken(red, 'requests', model)}`}`}
      data-node={name}
      data-health={health}
      data-dim={dim || undefined}
      data-selected={selected || undefined}
      transform={`translate(${lies.x - NODE_WIDTH / 2} ${lies.y - NODE_HEIGHT / 2})`}
      onClick={choose}
      onKeyDown={(event) => chooseByKey(event, choose)}
      onPointerEnter={() => onPoint(name)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => {
        onPoint(name);
        onFocus(lies);
      }}
      onBlur={() => onPoint(null)}
    >
      <rect className={styles['box']} width={NODE_WIDTH} height={NODE_HEIGHT} rx="6" />
      <rect x="7" y="8" width="4" height={NODE_HEIGHT - 16} rx="2" style={{ fill: serviceColour(name) }} />
      <text x="19" y="20" className={styles['name']}>
        {short}
      </text>{' '}
      <text x="19" y="36" className={styles['figures']}>
        {figures}
      </text>{' '}
      {failed === null ? null : (
        <text x={NODE_WIDTH - 9} y="20" className={styles['failed']}>
          ✕ {failed}
        </text>
      )}
    </g>
  );
}

function chooseByKey(event: KeyboardEvent, choose: () => void): void {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  choose();
}
