/** Something that asks or changes: whether it is under way, and what stood in its way. */
import { useState } from 'react';
import { ApiError } from '#api/client.ts';

export interface Act<Result> {
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly run: (act: () => Promise<Result>) => Promise<Result | null>;
}

export function useAct<Result>(): Act<Result> {
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
      setBusy(false);
    }
  };
  return { isBusy, error, run };
}
