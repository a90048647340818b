/** The log as this browser knows it: asks for the newest checkpoint and whether it goes on from what was seen here. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { flawText } from '#merkle';
import { askLog } from './ask-server.ts';
import { CannotVerify } from './ed25519.ts';
import { follow } from './follow.ts';
import { forgetRemembered, readRemembered, writeRemembered, type Remembered } from './remembered.ts';
import type { Verdict } from './verdict.ts';
import { Refused } from './verify-trace.ts';

export type LogVerdict =
  | { readonly state: 'verified'; readonly before: Remembered | null; readonly remember: Remembered }
  | Pick<Extract<Verdict, { state: 'broken' }>, 'state' | 'why' | 'detail' | 'now'>
  | { readonly state: 'waiting' }
  | { readonly state: 'unchecked'; readonly says: string; readonly advice: string };

export interface FollowedLog {
  readonly verdict: LogVerdict | null;
  readonly isChecking: boolean;
  readonly check: () => void;
  readonly begin: () => void;
}

/** `size`: of the published checkpoint, so that a newer one is looked at; undefined while that is being asked, lest what a first look says be gone at once. */
export function useFollowed(size: number | null | undefined): FollowedLog {
  const client = useQueryClient();
  const { data, isFetching, refetch } = useQuery({ queryKey: ['followed', size], queryFn: followNewest, enabled: size !== undefined, retry: false, staleTime: Infinity, placeholderData: (before) => before });
  const begin = useCallback(() => {
    forgetRemembered(localStorage);
    void client.invalidateQueries({ queryKey: ['seal'] });
    void client.invalidateQueries({ queryKey: ['followed'] });
  }, [client]);
  return { verdict: data ?? null, isChecking: isFetching, check: useCallback(() => void refetch(), [refetch]), begin };
}

async function followNewest(): Promise<LogVerdict> {
  try {
    const before = readRemembered(localStorage);
    const followed = await follow(await askLog.newest(), before, askLog, Date.now());
    if (followed.alarm !== null) return { state: 'broken', why: followed.alarm, detail: followed.flaw === null ? '' : flawText(followed.flaw), now: followed.now };
    writeRemembered(localStorage, followed.remember);
    return { state: 'verified', before: before === 'unreadable' ? null : before, remember: followed.remember };
  } catch (error) {
    if (error instanceof Refused) return error.code === 'evidence_pending' ? { state: 'waiting' } : { state: 'unchecked', says: error.message, advice: error.advice };
    if (error instanceof CannotVerify) return { state: 'unchecked', says: error.message, advice: 'The command line verifies everywhere.' };
    return { state: 'unchecked', says: 'The check ended with an error of this page.', advice: 'Reload the page.' };
  }
}
