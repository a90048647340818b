/** Tokens as rows: what for, limited to what, until when, last used when. */
import type { ReactNode } from 'react';
import type { Token } from '#api/people.ts';
import { roleWord } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Chips } from '#ui/chips.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';

export interface TokenTableProps {
  readonly label: string;
  readonly tokens: readonly Token[];
  /** All of them act for whoever looks. */
  readonly own?: boolean;
  /** Absent: they are only shown. */
  readonly onEnd?: (token: Token) => void;
}

export function TokenTable({ label, tokens, own = false, onEnd }: TokenTableProps): ReactNode {
  return (
    <PlainTable
      label={label}
      columns={['Name', ...(own ? [] : ['Acts as']), 'Scope', 'Last used', 'State', '']}
      rows={tokens.map((token) => ({
        id: token.id,
        over: isOver(token),
        cells: [
          token.name,
          ...(own ? [] : [token.person === null ? <Chips key="roles" names={token.roles.map(roleWord)} /> : token.person.name === '' ? 'somebody who is gone' : token.person.name]),
          token.scopes === null ? (own ? 'all that you may do' : 'all that it may do') : <Chips key="scopes" names={token.scopes} />,
          token.usedAt === null ? 'never' : <DayText key="used" unix_ms={Date.parse(token.usedAt)} />,
          <Validity key="state" token={token} />,
          isOver(token) || onEnd === undefined ? null : (
            <Button key="end" size="small" aria-label={`Revoke ${token.name}`} onPress={() => onEnd(token)}>
              Revoke
            </Button>
          ),
        ],
      }))}
    />
  );
}

export function isOver({ revoked, expiresAt }: Token): boolean {
  return revoked || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());
}

function Validity({ token }: { readonly token: Token }): ReactNode {
  if (token.revoked) return <State state="expired">revoked</State>;
  if (isOver(token)) return <State state="expired">expired</State>;
  if (token.expiresAt === null) return 'valid until revoked';
  return (
    <span>
      valid until <DayText unix_ms={Date.parse(token.expiresAt)} />
    </span>
  );
}
