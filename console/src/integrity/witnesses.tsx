/** Witnesses: other people's machines that hold this log to its word, and what they last cosigned. */
import type { ReactNode } from 'react';
import type { LogStatus, Witness } from '#api/log.ts';
import { count, plural } from '#time/format.ts';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import { Panel } from '#ui/panel.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { TimeText } from '#ui/time-text.tsx';

export function Witnesses({ log: { witnesses, quorum, size, vkeys } }: { readonly log: LogStatus }): ReactNode {
  const note = quorum === 0 ? 'none has to cosign before a checkpoint is published' : `${count(quorum)} of ${count(witnesses.length)} have to cosign before a checkpoint is published`;
  return (
    <Panel title="Witnesses" flush {...(witnesses.length === 0 ? {} : { note })}>
      {witnesses.length === 0 ? (
        <Empty title="Nobody outside watches this log yet">
          <p>Without a witness, whoever holds the keys could show different people different logs, and nobody could tell. Somebody else, a customer or another team, runs one on a machine that you cannot reach:</p>
          <Snippet label="command for the witness" text={`tracekeep witness --name witness.example.org${vkeys.map((vkey) => ` \\\n  --log '${vkey}'`).join('')}`} />
          <p>It prints its own keys, and cosigns only what goes on from what it cosigned before. Name it to this server, once for each key:</p>
          <Snippet label="settings for this server" text={"# tracekeep.yaml\nwitness:\n  - key: KEY OF THE WITNESS\n    url: https://witness.example.org/\nwitness-quorum: 1   # nothing is published without it"} />
        </Empty>
      ) : (
        <PlainTable
          label="Witnesses"
          columns={['Witness', 'State', 'Cosigned', 'Last time']}
          rows={witnesses.map((witness) => ({
            id: `${witness.name} ${witness.host}`,
            cells: [
              <span key="name">{witness.name} <small>{witness.host}</small></span>,
              <WitnessState key="state" witness={witness} />,
              witness.size === null ? 'nothing yet' : `${plural(witness.size, 'entry', 'entries')}${witness.size < size ? `, ${count(size - witness.size)} behind` : ''}`,
              witness.cosigned === null ? '–' : <TimeText key="when" unix_ms={Date.parse(witness.cosigned)} />,
            ],
          }))}
        />
      )}
    </Panel>
  );
}

function WitnessState({ witness: { state, failure } }: { readonly witness: Witness }): ReactNode {
  switch (state) {
    case 'cosigned':
      return <State state="verified">cosigns</State>;
    case 'waiting':
      return <State state="expired">not asked yet</State>;
    case 'failing':
      return <><State state="minimized">does not answer</State> {failure ?? ''}</>;
    case 'refused':
      return <><State state="error">refused</State> {failure ?? ''}</>;
  }
}
