/** Masked samples of values before and after, and names that may be shown. */
import { type CompiledPolicy, SEALED, WHOLE_VALUE } from '#policy';
import type { Span } from '#query/span';
import { KINDS } from '#scanner/recognizer';
import { ownRecognizers } from '#scanner/own';
import { RECOGNIZERS } from '#scanner/recognizers';
import { Scanner } from '#scanner';
import type { Sample } from './changes.ts';
import { masked } from './masked.ts';

/** Of a long text only the beginning is looked at for the part to show. */
const LOOKED_AT_MAX = 4_096;

export class Sampler {
  readonly #scanner: Scanner;
  readonly #written: ReadonlySet<string>;
  readonly #services = new Map<string, string>();

  constructor(policy: CompiledPolicy) {
    this.#scanner = new Scanner([...RECOGNIZERS, ...ownRecognizers(policy.recognizers)], { parts: true });
    const names = policy.document.rules.flatMap(({ action }) => (typeof action === 'object' && 'replace' in action ? [action.replace.with] : []));
    this.#written = new Set([...KINDS, ...policy.recognizers.map(({ id }) => id), ...names, WHOLE_VALUE, SEALED, 'pseudonym']);
  }

  /** The service of a span as it was sent, without what is recognized in its name. */
  serviceOf({ service }: Span): string {
    let shown = this.#services.get(service);
    if (shown === undefined) {
      const marks = this.#scanner.scanText(service, this.#scanner.keyClass('service.name')) ?? [];
      shown = marks.reduceRight((text, { kind, start, end }) => `${text.slice(0, start)}[${kind}]${text.slice(end)}`, service);
      if (this.#services.size >= LOOKED_AT_MAX) this.#services.clear();
      this.#services.set(service, shown);
    }
    return shown;
  }

  /** `after` is undefined if nothing would be stored. */
  sample(before: string | undefined, after: string | undefined, key: string, kind: string): Sample {
    if (before === undefined) return {};
    const beginning = before.slice(0, LOOKED_AT_MAX);
    const part = kind === WHOLE_VALUE ? undefined : this.#scanner.scanText(beginning, this.#scanner.keyClass(key))?.find((mark) => mark.kind === kind);
    return { before: masked(beginning, part ?? null), after: after === undefined ? '' : masked(after.slice(0, LOOKED_AT_MAX), null, this.#written) };
  }

  /** Of a value that was minimized before, and may have placeholders already. */
  storedSample(before: string | undefined, after: string | undefined): Sample {
    if (before === undefined) return {};
    return { before: masked(before.slice(0, LOOKED_AT_MAX), null, this.#written), after: after === undefined ? '' : masked(after.slice(0, LOOKED_AT_MAX), null, this.#written) };
  }
}
