/** What one should know before believing the picture: spans without their parent, clocks that disagree, a trace that was cut. */
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { count, duration, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './trace.module.css';

export function Notices({ model, onAsSent }: { readonly model: TraceModel; readonly onAsSent: (asSent: boolean) => void }): ReactNode {
  const { outline, orphans, cycles, backwards, skews, corrected } = model;
  const told: ReactNode[] = [];
  if (outline.more) told.push(`The trace has more spans than the ${count(outline.size)} shown. The OTLP download is cut too; a search by service or attribute finds the others.`);
  if (orphans > 0) told.push(`${plural(orphans, 'span')} ${orphans === 1 ? 'names a parent that is' : 'name parents that are'} not in the trace: lost, refused, or still on the way.`);
  if (cycles > 0) told.push(`${plural(cycles, 'span')} ${cycles === 1 ? 'is its' : 'are their'} own ancestor; the circle is cut at the earliest span.`);
  if (backwards > 0) told.push(`${plural(backwards, 'span')} ${backwards === 1 ? 'ends' : 'end'} before ${backwards === 1 ? 'its' : 'their'} start, as sent; drawn without length.`);
  if (skews.length > 0) {
    const clocks = skews.slice(0, 3).map(({ service, ahead }) => `the clock of ${outline.services[service] ?? ''} is ${duration(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead'}`);
    const rest = skews.length > 3 ? ` and ${skews.length - 3} more disagree` : '';
    told.push(
      <>
        {`Seen from their callers, ${clocks.join(', ')}${rest}. ${corrected ? 'Spans are moved into their callers.' : 'Drawn as sent.'} `}
        <Button size="small" look="quiet" onPress={() => onAsSent(corrected)}>
          {corrected ? 'Show as sent' : 'Correct the clocks'}
        </Button>
      </>,
    );
  }
  if (told.length === 0) return null;
  return (
    <ul className={styles['notices']}>
      {told.map((one, at) => (
        <li key={at}>
          <TriangleAlert aria-hidden size={14} />
          <span>{one}</span>
        </li>
      ))}
    </ul>
  );
}
