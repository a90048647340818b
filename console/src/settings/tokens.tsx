/** Tokens with which other tools read: made with what to paste into them, and ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { tokensQuery, type Token } from '#api/people.ts';
import { rolesText } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';
import { ConnectTool } from './connect-tool.tsx';

export function Tokens(): ReactNode {
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
        <Button size="small" onPress={() => setMaking(true)}>
          <KeyRound aria-hidden />
          Connect a tool
        </Button>
      }
    >
      {tokens.isPending ? (
        <SkeletonRows rows={3} height="40px" label="Loading tokens" />
      ) : tokens.isError ? (
        <ErrorNote error={tokens.error} retry={() => void tokens.refetch()} />
      ) : sorted.length === 0 ? (
        <Empty title="No tool reads from here yet">
          <p>Grafana’s Jaeger data source and Jaeger UI work unchanged: each needs a token of its own, so that it can be ended without the others.</p>
          <div>
            <Button look="primary" onPress={() => setMaking(true)}>
              Connect a tool
            </Button>
          </div>
        </Empty>
      ) : (
        <PlainTable
          label="API tokens"
          columns={['Name', 'Roles', 'Made', 'State', '']}
          rows={sorted.map((token) => ({
            id: token.id,
            over: isOver(token),
            cells: [
              token.name,
              rolesText(token.roles),
              <DayText key="made" unix_ms={Date.parse(token.createdAt)} />,
              <Validity key="state" token={token} />,
              isOver(token) ? null : (
                <Button key="end" size="small" aria-label={`Revoke ${token.name}`} onPress={() => setEnding(token)}>
                  Revoke
                </Button>
              ),
            ],
          }))}
        />
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

function isOver({ revoked, expiresAt }: Token): boolean {
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
