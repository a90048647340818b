/** The versions of a tenant's key pair: what each still opens, and retiring one that nothing needs. */
import type { ReactNode } from 'react';
import type { KeyVersionView } from '#api/keys.ts';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { State, type StateName } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './keys.module.css';

export interface VersionsProps {
  readonly versions: readonly KeyVersionView[];
  readonly mayChange: boolean;
  readonly onRetire: (version: number) => void;
}

const STATES: Readonly<Record<KeyVersionView['state'], readonly [state: StateName, word: string, note: string]>> = {
  current: ['verified', 'current', 'new windows are under it'],
  needed: ['restricted', 'needed', 'it opens older windows'],
  unneeded: ['minimized', 'not needed', 'it can be retired'],
  retired: ['expired', 'retired', 'its private half is destroyed'],
};

export function Versions({ versions, mayChange, onRetire }: VersionsProps): ReactNode {
  return (
    <PlainTable
      label="Versions of the key pair"
      columns={['Version', 'State', 'Windows', 'Made', 'Retired', ...(mayChange ? [''] : [])]}
      rows={versions.map(({ version, state, windows, made, retired }) => {
        const [shape, word, note] = STATES[state];
        return {
          id: `${version}`,
          over: state === 'retired',
          cells: [
            <b key="version">{version}</b>,
            <span key="state" className={styles['state']}>
              <State state={shape}>{word}</State> <span className={styles['quiet']}>{note}</span>
            </span>,
            state === 'retired' ? '–' : plural(windows, 'window'),
            <DayText key="made" unix_ms={Date.parse(made)} />,
            retired === null ? '–' : <DayText key="retired" unix_ms={Date.parse(retired)} />,
            ...(mayChange
              ? [
                  state === 'unneeded' ? (
                    <Button key="retire" size="small" look="danger" onPress={() => onRetire(version)} aria-label={`Retire version ${version}…`}>
                      Retire…
                    </Button>
                  ) : null,
                ]
              : []),
          ],
        };
      })}
    />
  );
}
