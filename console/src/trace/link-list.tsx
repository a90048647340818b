/** Links of a span to spans of other traces, or of this one. */
import { Link } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { count } from '#time/format.ts';
import { Attributes } from './attribute-list.tsx';
import { type MinimizedPlace, minimizedAt, type SpanLink } from './attributes.ts';
import styles from './details.module.css';

export interface LinkListProps {
  readonly links: readonly SpanLink[];
  readonly traceId: string;
  readonly minimized: readonly MinimizedPlace[];
  readonly start_ms: number;
  readonly onReveal: ((field: string) => void) | null;
}

export function LinkList({ links, traceId, minimized, start_ms, onReveal }: LinkListProps): ReactNode {
  return (
    <section>
      <h3 className={styles['title']}>
        Links <span>{count(links.length)}</span>
      </h3>
      <ul className={styles['events']}>
        {links.map((link, at) => (
          <li key={at}>
            <Link to="/traces/$id" params={{ id: link.traceId }} search={(before: Record<string, unknown>) => ({ from: before['from'], to: before['to'], span: link.spanId })} className={styles['link']}>
              <ExternalLink aria-hidden size={13} />
              {link.traceId === traceId ? 'A span of this trace' : 'Another trace'} <code>{link.traceId === traceId ? link.spanId : link.traceId}</code>
            </Link>
            {(link.attributes ?? []).length === 0 ? null : <Attributes attributes={link.attributes ?? []} place={null} minimized={minimizedAt(minimized, `links.${at}.`)} start_ms={start_ms} onReveal={onReveal} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
