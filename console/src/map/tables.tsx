/** The map as tables: the same services and calls for reading, comparing and hearing. */
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Red } from '#api/figures.ts';
import { keepRange } from '#frame/keep-range.ts';
import { duration, percent, plural } from '#time/format.ts';
import type { Range } from '#time/range.ts';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { State } from '#ui/state.tsx';
import { type PlainRow, PlainTable } from '#ui/table.tsx';
import { errorShare, type MapModel, rateOf } from './model.ts';
import styles from './page.module.css';

const FIGURES = ['Rate', 'Errors', 'p50', 'p95', 'p99'];

export function Tables({ model, wanted, oneIn, range }: { readonly model: MapModel; readonly wanted: string; readonly oneIn: number; readonly range: Range }): ReactNode {
  const has = (name: string): boolean => name.toLowerCase().includes(wanted.toLowerCase());
  const calls = model.edges.filter(({ edge }) => has(edge.parent) || has(edge.child)).map(({ id, edge }): PlainRow => ({
    id,
    cells: [
      <span key="who" className={styles['call']}>
        <ServiceName name={edge.parent} /> <ArrowRight aria-label="calls" size={13} /> <ServiceName name={edge.child} />
      </span>,
      ...cellsOf(edge, model),
      <Link key="way" to="/search" search={{ service: edge.child, ...(edge.errors > 0 ? { status: 'error' } : {}), ...range }}>
        {edge.errors > 0 ? 'Failed traces' : 'Traces'}
      </Link>,
    ],
  }));
  const services = model.nodes.filter(({ name }) => has(name)).map(({ name, red, callers, callees }): PlainRow => ({
    id: name,
    cells: [
      <Link key="who" to="/services/$service" params={{ service: name }} search={keepRange}>
        <ServiceName name={name} />
      </Link>,
      ...(red === null ? ['–', '–', '–', '–', '–'] : cellsOf(red, model)),
      `${plural(callers.length, 'caller')}, calls ${callees.length}`,
    ],
  }));
  return (
    <>
      <Panel flush title="Calls" note={`${plural(calls.length, 'pair')} of services${oneIn > 1 ? `, estimated from one trace in ${oneIn}` : ''}`}>
        <PlainTable label="Calls between services" columns={['Call', ...FIGURES, 'Traces']} rows={calls} />
      </Panel>
      <Panel flush title="Services" note="requests: server and consumer spans, and those that begin a trace">
        <PlainTable label="Services on the map" columns={['Service', ...FIGURES, 'Neighbours']} rows={services} />
      </Panel>
    </>
  );
}

function cellsOf(red: Red, model: MapModel): ReactNode[] {
  const share = errorShare(red);
  return [rateOf(red, model), share >= 0.01 ? <State key="errors" state="error">{percent(share)}</State> : percent(share), duration(red.p50), duration(red.p95), duration(red.p99)];
}
