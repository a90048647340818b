/** What is selected on the map, beside it: its figures in full and the ways to its traces. */
import { Link } from '@tanstack/react-router';
import { ArrowRight, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Red } from '#api/figures.ts';
import { keepRange } from '#frame/keep-range.ts';
import { count, duration, percent } from '#time/format.ts';
import type { Range } from '#time/range.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import styles from './details.module.css';
import { errorShare, type MapModel, type MapNode, rateOf } from './model.ts';
import type { Selected } from './use-address.ts';

export interface DetailsProps {
  readonly model: MapModel;
  readonly oneIn: number;
  readonly selected: Selected;
  readonly range: Range;
  readonly focused: boolean;
  readonly onSelect: (selected: Selected | null) => void;
  readonly onFocus: (name: string | undefined) => void;
}

export function Details(props: DetailsProps): ReactNode {
  const { model, selected, onSelect } = props;
  const node = selected.is === 'node' ? model.nodes.find(({ name }) => name === selected.name) : undefined;
  const edge = selected.is === 'edge' ? model.edges.find((one) => one.edge.parent === selected.parent && one.edge.child === selected.child) : undefined;
  return (
    <aside className={styles['details']} aria-label="What is selected">
      <header className={styles['head']}>
        <h2>
          {selected.is === 'node' ? (
            <ServiceName name={selected.name} />
          ) : (
            <>
              <ServiceName name={selected.parent} /> <ArrowRight aria-label="calls" size={14} /> <ServiceName name={selected.child} />
            </>
          )}
        </h2>
        <IconButton label="Close" keys="Esc" size="small" onPress={() => onSelect(null)}>
          <X aria-hidden size={14} />
        </IconButton>
      </header>
      {node !== undefined ? <NodeDetails {...props} node={node} /> : edge !== undefined ? <EdgeDetails {...props} edge={edge.edge} /> : <p className={styles['note']}>Not on the map in this time.</p>}
    </aside>
  );
}

function NodeDetails({ model, node, range, focused, onFocus, onSelect }: DetailsProps & { readonly node: MapNode }): ReactNode {
  const { name, red, callers, callees } = node;
  return (
    <>
      {red === null ? <p className={styles['note']}>Others call it, but it sent no server, consumer or first span in this time.</p> : <Numbers red={red} model={model} what="requests" />}
      <div className={styles['ways']}>
        <Link to="/services/$service" params={{ service: name }} search={keepRange}>
          Its figures over time
        </Link>
        <Link to="/search" search={{ service: name, ...(red === null ? {} : { kind: 'entry' }), ...range }}>
          Its traces
        </Link>
        {red !== null && red.errors > 0 ? (
          <Link to="/search" search={{ service: name, kind: 'entry', status: 'error', ...range }}>
            Its failed spans
          </Link>
        ) : null}
      </div>
      <Button size="small" onPress={() => onFocus(focused ? undefined : name)}>
        {focused ? 'Show all services' : 'Only this and its neighbours'}
      </Button>
      <Neighbours title="Called by" names={callers} onPick={(parent) => onSelect({ is: 'edge', parent, child: name })} />
      <Neighbours title="Calls" names={callees} onPick={(child) => onSelect({ is: 'edge', parent: name, child })} />
    </>
  );
}

function EdgeDetails({ model, edge, oneIn, range }: DetailsProps & { readonly edge: Red & { readonly parent: string; readonly child: string } }): ReactNode {
  const { parent, child, errors, p95 } = edge;
  return (
    <>
      <Numbers red={edge} model={model} what="calls" />
      {oneIn > 1 ? <p className={styles['note']}>Estimated from one trace in {count(oneIn)}.</p> : null}
      <p className={styles['note']}>Durations are those of the spans of {child} that {parent} called.</p>
      <div className={styles['ways']}>
        <Link to="/search" search={{ service: child, ...range }}>
          Traces with {child}
        </Link>
        {errors > 0 ? (
          <Link to="/search" search={{ service: child, status: 'error', ...range }}>
            Those that failed there
          </Link>
        ) : null}
        {p95 === null ? null : (
          <Link to="/search" search={{ service: child, durationMin: `${Math.floor(p95)}ns`, order: 'longest', ...range }}>
            Those of at least {duration(p95)}
          </Link>
        )}
        <Link to="/search" search={{ service: parent, kind: 'client', ...range }}>
          Calls as {parent} saw them
        </Link>
      </div>
    </>
  );
}

function Numbers({ red, model, what }: { readonly red: Red; readonly model: MapModel; readonly what: string }): ReactNode {
  const share = errorShare(red);
  return (
    <dl className={styles['numbers']}>
      <dt>Rate</dt>
      <dd>
        {rateOf(red, model)} <small>{`${count(red.count)} ${what}`}</small>
      </dd>
      <dt>Errors</dt>
      <dd data-bad={share >= 0.01 || undefined}>
        {share >= 0.01 ? '✕ ' : ''}
        {percent(share)} <small>{`${count(red.errors)} failed`}</small>
      </dd>
      <dt>p50</dt>
      <dd>{duration(red.p50)}</dd>
      <dt>p95</dt>
      <dd>{duration(red.p95)}</dd>
      <dt>p99</dt>
      <dd>{duration(red.p99)}</dd>
    </dl>
  );
}

function Neighbours({ title, names, onPick }: { readonly title: string; readonly names: readonly string[]; readonly onPick: (name: string) => void }): ReactNode {
  if (names.length === 0) return null;
  return (
    <section className={styles['neighbours']}>
      <h3>{title}</h3>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <button type="button" onClick={() => onPick(name)}>
              <ServiceName name={name} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
