/** Tokens with which other tools read: made with what to paste into them, and ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { tokensQuery } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { Panel } from '#ui/panel.tsx';
import { ConnectTool } from './connect-tool.tsx';
import { TokenList } from './token-list.tsx';

export function Tokens({ changes }: { readonly changes: boolean }): ReactNode {
  const tokens = useQuery(tokensQuery);
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: tokensQuery.queryKey });

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
      <TokenList
        changes={changes}
        label="API tokens"
        tokens={tokens}
        none={
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
        }
      />
      <ConnectTool isOpen={making} onClose={() => setMaking(false)} onDone={refresh} taken={(tokens.data ?? []).filter(({ revoked }) => !revoked).map(({ name }) => name)} />
    </Panel>
  );
}
