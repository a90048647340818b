/** The default roles as they are decided by, each with its reasons. */
import type { ReactNode } from 'react';
import { type Role, ROLES, roleWord } from '#api/roles.ts';
import { Snippet } from '#ui/copy.tsx';
import styles from './access.module.css';

export function DefaultRoles({ roles }: { readonly roles: readonly { readonly name: string; readonly text: string }[] }): ReactNode {
  return (
    <div className={styles['stack']}>
      {roles.map(({ name, text }) => (
        <details key={name} className={styles['more']}>
          <summary>{ROLES.includes(name as Role) ? roleWord(name as Role) : 'Everybody'}</summary>
          <Snippet text={text} label={`policies of ${name}`} />
        </details>
      ))}
    </div>
  );
}
