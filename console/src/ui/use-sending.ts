/** A form that sends one thing: whether it is under way, and what came of it. */
import { type FormEvent, useState } from 'react';
import { ApiError } from '#api/client.ts';

interface Sending {
  readonly busy: boolean;
  readonly error: Error | null;
  readonly code: string;
  /** What the server said, in one line. */
  readonly words: string;
  readonly submit: (event: FormEvent) => void;
  /** The same without a form. */
  readonly send: () => void;
  /** Whoever types on is not told any longer about what stood there before. */
  readonly typed: (set: (text: string) => void) => (text: string) => void;
  readonly forget: () => void;
}

export function useSending(work: () => Promise<void>): Sending {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('unknown'));
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    code: error instanceof ApiError ? error.code : '',
    words: error instanceof ApiError ? `${error.message} ${error.advice}` : '',
    send: () => {
      if (!busy) void send();
    },
    submit: (event) => {
      event.preventDefault();
      if (!busy) void send();
    },
    typed: (set) => (text) => {
      set(text);
      setError(null);
    },
    forget: () => setError(null),
  };
}
