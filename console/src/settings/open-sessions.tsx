/** One's open sessions, and the end of all of them. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { openSessionsQuery } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';

export function OpenSessions(): ReactNode {
  const sessions = useQuery(openSessionsQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  return (
    <Panel
      title="Your sessions"
      flush
      actions={
        <Button size="small" look="danger" onPress={() => setLeaving(true)}>
          End all sessions
        </Button>
      }
    >
      {sessions.isPending ? (
        <SkeletonRows rows={2} height="40px" label="Loading sessions" />
      ) : sessions.isError ? (
        <ErrorNote error={sessions.error} retry={() => void sessions.refetch()} />
      ) : (
        <PlainTable
          label="Your sessions"
          columns={['Began', 'Last used', 'From', 'Which']}
          rows={sessions.data.map(({ isThis, signedInAt, seenAt, network }, at) => ({
            id: `${signedInAt} ${at}`,
            cells: [<DayText key="began" unix_ms={Date.parse(signedInAt)} />, <DayText key="used" unix_ms={Date.parse(seenAt)} />, network ?? '–', isThis ? <State key="this" state="verified">this browser</State> : 'another browser'],
          }))}
        />
      )}
      <Confirm
        title="End all sessions?"
        isOpen={leaving}
        onClose={() => setLeaving(false)}
        effect={<p>Every browser in which you are signed in, this one included, has to sign in again with the next request. API tokens are not affected.</p>}
        verb="End all sessions"
        act={async () => {
          await remove('/api/v1/session/all');
          client.clear();
          await navigate({ to: '/sign-in' });
        }}
      />
    </Panel>
  );
}
