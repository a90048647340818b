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
  const outside = outline.begunOutside.reduce((sum, one) => sum + one, 0);
  const forged = [...outline.versions.values()].filter((version) => version.forged).length;
  const copies = [...outline.versions.values()].reduce((sum, version) => sum + version.copies - 1, 0);
  if (forged > 0) told.push(`${plural(forged, 'span')} came later with other content under an id that had been taken: marked as forged. The version that was stored first stands beside ${forged === 1 ? 'it' : 'each'}.`);
  if (copies > 0) told.push(`${plural(copies, 'span')} came again with the same content; each is shown once.`);
  if (outside > 0) told.push(`The trace was begun outside: ${outside === 1 ? 'the parent of a span is' : `the parents of ${outside} spans are`} in a process that sends nothing here.`);
  const lost = orphans - outside;
  if (lost > 0) told.push(`${plural(lost, 'span')} ${lost === 1 ? 'names a parent that is' : 'name parents that are'} not in the trace: lost, refused, or still on the way.`);
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
