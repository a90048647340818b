/** The page of a trace: waits for it, says what is wrong if it does not come, and shows it. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo } from 'react';
import { modelOf } from '#outline/model.ts';
import { nameOf, serviceOf } from '#outline/outline.ts';
import { useOutline } from '#outline/outline-query.ts';
import { rememberTrace } from '#outline/recent-traces.ts';
import { millisOf } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { Arriving, NotThere } from './arriving.tsx';
import styles from './trace.module.css';
import { TraceView } from './trace-view.tsx';
import { useOpening } from './use-opening.ts';
import { useTraceAddress } from './use-trace-state.ts';

export function TracePage(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const navigate = useNavigate();
  const { now_ms } = useRange();
  const [address, change] = useTraceAddress();
  const { data, error, failureCount, refetch, isFetching } = useOutline(id, now_ms);
  const opening = useOpening(id);
  const model = useMemo(() => (data === undefined ? null : modelOf(data, !address.asSent)), [data, address.asSent]);
  useEffect(() => {
    if (model === null || model.root === -1) return;
    const { outline, root } = model;
    rememberTrace({ id: outline.traceId, service: serviceOf(outline, root), name: nameOf(outline, root), duration: model.to - model.from, start_ms: millisOf(outline.startTimeUnixNano) });
    document.title = `${nameOf(outline, root)} · ${serviceOf(outline, root)} · Tracekeep`;
    return () => {
      document.title = 'Tracekeep';
    };
  }, [model]);
  if (error !== null && data === undefined) return <NotThere id={id} error={error} isFetching={isFetching} retry={() => void refetch()} search={() => void navigate({ to: '/search' })} />;
  return <div className={styles['page']}>{model === null ? <Arriving tries={failureCount} /> : <TraceView key={`${model.outline.traceId} ${model.outline.size}`} model={model} address={address} change={change} opening={opening} />}</div>;
}
