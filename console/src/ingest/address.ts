/** The page in its URL: what is shown, of which producer, in which form; how far somebody has come with connecting a service. */
import { LANGUAGES, type Language } from './snippets.ts';

export interface IngestState {
  readonly view: 'overview' | 'connect';
  /** Id of the producer that the picture and the reasons are limited to. */
  readonly producer?: string;
  readonly show: 'chart' | 'table';
  readonly language: Language;
}

type Address = Readonly<Record<string, unknown>>;

export function readState(address: Address): IngestState {
  const producer = address['producer'];
  return {
    view: address['view'] === 'connect' ? 'connect' : 'overview',
    ...(typeof producer === 'string' && /^p_[0-9a-f]{16}$/u.test(producer) ? { producer } : {}),
    show: address['show'] === 'table' ? 'table' : 'chart',
    language: LANGUAGES.find(({ id }) => id === address['language'])?.id ?? 'node',
  };
}

/** The address after a change; what is usual does not stand in it. */
export function writeState(before: Address, change: Partial<Record<keyof IngestState, string | undefined>>): Record<string, unknown> {
  const after: Record<string, unknown> = { ...before, ...change };
  if (after['view'] !== 'connect') {
    delete after['view'];
    delete after['language'];
  }
  if (after['show'] !== 'table') delete after['show'];
  return after;
}
