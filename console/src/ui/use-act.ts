/** Something that asks or changes: whether it is under way, and what stood in its way. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '#api/client.ts';

export interface Act<Result> {
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly run: (act: () => Promise<Result>) => Promise<Result | null>;
  readonly clear: () => void;
}

/** `changes`: everything that was asked about it is asked anew, also when the act failed, for then something else is true. */
export function useAct<Result>(changes?: string): Act<Result> {
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (act: () => Promise<Result>): Promise<Result | null> => {
    setBusy(true);
    setError(null);
    try {
      return await act();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new ApiError(0, 'internal', 'That did not work.', 'Try again.', '', null));
      return null;
    } finally {
      if (changes !== undefined) await client.invalidateQueries({ queryKey: [changes] });
      setBusy(false);
    }
  };
  return { isBusy, error, run, clear: () => setError(null) };
}
