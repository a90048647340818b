/** Nothing to show: because nothing is sent, because nothing of it is sensitive, or because nothing matches. Each says what would stand here. */
import { Link } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { keepRange } from '#frame/keep-range.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import styles from './exposure.module.css';

export function NothingMatches({ onAll }: { readonly onAll: () => void }): ReactNode {
  return (
    <Empty title="Nothing matches">
      <p>In this time nothing of that sort was seen. Choose a longer time above, or show everything.</p>
      <Button onPress={onAll}>Show everything</Button>
    </Empty>
  );
}

export function NothingSeen({ everSent }: { readonly everSent: boolean }): ReactNode {
  return (
    <Empty title={everSent ? 'Nothing sensitive was seen in this time' : 'No service has sent anything yet'} picture={<ShieldCheck size={40} strokeWidth={1.25} />}>
      <p>Every value that arrives is looked at before it is stored. What is a secret or personal stands here, once for each place where a service sends it:</p>
      <ul className={styles['teach']}>
        <li>credentials, tokens and passwords that ended up in attributes, span names or exceptions;</li>
        <li>e-mail addresses, card numbers, IBANs, phone numbers, national ids, addresses of people’s machines;</li>
        <li>literals in statements, parameters of URLs, and every value that a rule of the policy takes as a whole.</li>
      </ul>
      {everSent ? (
        <p>
          Choose a longer time above, or see in <Link to="/policy">the policy</Link> what is looked for and what becomes of it.
        </p>
      ) : (
        <Link to="/ingest" search={keepRange}>
          Connect a service
        </Link>
      )}
    </Empty>
  );
}
