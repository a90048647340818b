/** Tokens as a list: on their way, none, or rows that can be ended. Those that read come first; what is over is kept to be looked up. */
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { ownTokensQuery, type Token, tokensQuery } from '#api/people.ts';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { isOver, TokenTable } from './token-table.tsx';

export interface TokenListProps {
  readonly label: string;
  readonly tokens: UseQueryResult<readonly Token[]>;
  /** Those of whoever looks, each of which acts for them. */
  readonly own?: boolean;
  /** Whether they can be ended. */
  readonly changes: boolean;
  /** What stands in place of rows. */
  readonly none: ReactNode;
}

export function TokenList({ label, tokens, own = false, changes, none }: TokenListProps): ReactNode {
  const client = useQueryClient();
  const [ending, setEnding] = useState<Token | null>(null);
  if (tokens.isPending) return <SkeletonRows rows={3} height="40px" label={`Loading: ${label}`} />;
  if (tokens.isError) return <ErrorNote error={tokens.error} retry={() => void tokens.refetch()} />;
  const sorted = [...tokens.data].sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || b.createdAt.localeCompare(a.createdAt));
  return (
    <>
      {sorted.length === 0 ? none : <TokenTable own={own} label={label} tokens={sorted} {...(changes ? { onEnd: setEnding } : {})} />}
      {ending === null ? null : (
        <Confirm
          title={`Revoke ${ending.name}?`}
          isOpen
          onClose={() => setEnding(null)}
          effect={<p>Whatever uses this token reads nothing more, within a second. It cannot be made valid again; a new one has another text.</p>}
          verb="Revoke token"
          act={async () => {
            await remove(`${own ? '/api/v1/session/tokens' : '/api/v1/tokens'}/${ending.id}`);
            // One's own stand in the list of all, too.
            await Promise.all([ownTokensQuery, tokensQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
          }}
        />
      )}
    </>
  );
}
