/** Tokens with which other tools read: made with what to paste into them, and ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { tokensQuery, type Token } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { ConnectTool } from './connect-tool.tsx';
import { isOver, TokenTable } from './token-table.tsx';

export function Tokens({ changes }: { readonly changes: boolean }): ReactNode {
  const tokens = useQuery(tokensQuery);
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Token | null>(null);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: tokensQuery.queryKey });
  // Those that read come first; what is over is kept to be looked up.
  const sorted = [...(tokens.data ?? [])].sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || b.createdAt.localeCompare(a.createdAt));

  return (
    <Panel
      title="API tokens"
      note="for Grafana, Jaeger UI and programs that read"
      flush
      actions={
        changes ? (
          <Button size="small" onPress={() => setMaking(true)}>
            <KeyRound aria-hidden />
            Connect a tool
          </Button>
        ) : null
      }
    >
      {tokens.isPending ? (
        <SkeletonRows rows={3} height="40px" label="Loading tokens" />
      ) : tokens.isError ? (
        <ErrorNote error={tokens.error} retry={() => void tokens.refetch()} />
      ) : sorted.length === 0 ? (
        <Empty title="No tool reads from here yet">
          <p>Grafana’s Jaeger data source and Jaeger UI work unchanged: each needs a token of its own, so that it can be ended without the others.</p>
          {changes ? (
            <div>
              <Button look="primary" onPress={() => setMaking(true)}>
                Connect a tool
              </Button>
            </div>
          ) : null}
        </Empty>
      ) : (
        <TokenTable label="API tokens" tokens={sorted} {...(changes ? { onEnd: setEnding } : {})} />
      )}
      <ConnectTool isOpen={making} onClose={() => setMaking(false)} onDone={refresh} taken={sorted.filter(({ revoked }) => !revoked).map(({ name }) => name)} />
      {ending === null ? null : (
        <Confirm
          title={`Revoke ${ending.name}?`}
          isOpen
          onClose={() => setEnding(null)}
          effect={<p>Whatever uses this token reads nothing more, within a second. It cannot be made valid again; a new one has another text.</p>}
          verb="Revoke token"
          act={async () => {
            await remove(`/api/v1/tokens/${ending.id}`);
            await refresh();
          }}
        />
      )}
    </Panel>
  );
}
