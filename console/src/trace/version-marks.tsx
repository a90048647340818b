/** What is to be said of a span besides what it says itself: that it is one of several versions, that it came more than once, that it was begun outside. */
import { CopyX, Files, LogIn } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Outline } from '#outline/outline.ts';
import { count, plural } from '#time/format.ts';
import styles from './version-marks.module.css';

/** Shapes in a row of the waterfall. */
export function VersionMarks({ outline, span }: { readonly outline: Outline; readonly span: number }): ReactNode {
  const version = outline.versions.get(span);
  const isOutside = outline.begunOutside[span] === 1;
  if (version === undefined && !isOutside) return null;
  return (
    <>
      {version === undefined || version.of === 1 ? null : version.forged ? (
        <span className={styles['forged']} title={`Version ${version.version} of ${version.of}, stored after another one`}>
          <CopyX aria-hidden size={12} />
          {`forged, ${version.version} of ${version.of}`}
        </span>
      ) : (
        <span className={styles['first']} title={`Stored first; ${plural(version.of - 1, 'other version')} came later under the same id`}>
          <Files aria-hidden size={12} />
          {`stored first, 1 of ${version.of}`}
        </span>
      )}
      {version === undefined || version.copies === 1 ? null : (
        <span className={styles['copies']} title={`Stored ${count(version.copies)} times, shown once`}>
          {`×${count(version.copies)}`}
          <span className="visually-hidden">, stored {count(version.copies)} times</span>
        </span>
      )}
      {isOutside ? <LogIn aria-label="Begun outside: its parent is in a process that sends nothing here" role="img" size={12} className={styles['outside'] ?? ''} /> : null}
    </>
  );
}

export interface VersionNoteProps {
  readonly outline: Outline;
  readonly span: number;
  readonly onOpen: (span: number) => void;
}

/** The same in sentences, in the details of a span, with the way to the other versions. */
export function VersionNote({ outline, span, onOpen }: VersionNoteProps): ReactNode {
  const version = outline.versions.get(span);
  if (version === undefined) return null;
  const others = version.of === 1 ? [] : [...outline.versions].filter(([other]) => other !== span && outline.ids[other] === outline.ids[span]).sort(([, a], [, b]) => a.version - b.version);
  return (
    <section aria-label="Versions of this span" className={styles['note']} data-forged={version.forged || undefined}>
      {version.of === 1 ? null : version.forged ? (
        <p>
          <b>A forged second version.</b> A span with this id and other content had been stored before. Whoever sent this one later, by mistake or on purpose, did not replace it: both are kept.
        </p>
      ) : (
        <p>
          <b>Stored first.</b> {plural(version.of - 1, 'other version')} came later under the same id, with other content, and {version.of === 2 ? 'is' : 'are'} marked as forged.
        </p>
      )}
      {version.copies === 1 ? null : <p>Stored {count(version.copies)} times with the same content, shown once: senders repeat what they did not hear the answer to.</p>}
      {others.length === 0 ? null : (
        <p className={styles['others']}>
          {others.map(([other, of]) => (
            <button key={other} type="button" className={styles['way']} onClick={() => onOpen(other)}>
              Show version {of.version}
              {of.forged ? ', forged' : ', stored first'}
            </button>
          ))}
        </p>
      )}
    </section>
  );
}
