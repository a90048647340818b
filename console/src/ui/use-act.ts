/** Something that asks or changes: whether it is under way, and what stood in its way. */
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError } from '#api/client.ts';

export interface Act<Result> {
  readonly isBusy: boolean;
  readonly error: Error | null;
  /** Null: it failed, or it is under way already, which a second press does not begin again. */
  readonly run: (act: () => Promise<Result>) => Promise<Result | null>;
  readonly clear: () => void;
}

/** `changes`: everything that was asked about it is asked anew, also when the act failed, for then something else is true. */
export function useAct<Result>(changes?: string): Act<Result> {
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  // Known at once: what is drawn comes later than a double click.
  const busy = useRef(false);
  const run = async (act: () => Promise<Result>): Promise<Result | null> => {
    if (busy.current) return null;
    busy.current = true;
    setBusy(true);
    setError(null);
    try {
      return await act();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new ApiError(0, 'internal', 'That did not work.', 'Try again.', '', null));
      return null;
    } finally {
      if (changes !== undefined) await client.invalidateQueries({ queryKey: [changes] });
      busy.current = false;
      setBusy(false);
    }
  };
  return { isBusy, error, run, clear: () => setError(null) };
}
