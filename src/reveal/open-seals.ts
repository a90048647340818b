/**
 * Opens seals, whenever they were closed. The sealing root is read for this alone and wiped after it, and so is every key that comes out of it: window keys
 * when all is open, a person's key as soon as the seals under it are. Who may have something opened is decided before.
 *
 * A seal of which the key was destroyed is told from one that does not open although its key is there.
 */
import { setImmediate } from 'node:timers/promises';
import type { ControlStore, FoundSubjectKey } from '#control';
import type { Custody } from '#custody';
import { bindingOf, openSeal, unwrapSubjectKey, wipe, type SealedValues, type WindowKey } from '#keys';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';

/** As a row has it, in the columns `sealed.key` and `sealed.text`. */
export interface ClosedSeal {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly keyId: Uint8Array;
  readonly text: Uint8Array;
}

export type OpenedSeal =
  | ({ readonly is: 'opened' } & SealedValues)
  /** The key was destroyed, or is not there any more. */
  | { readonly is: 'erased' }
  /** It does not open: another span's, or a bit of it or of its keys is another. */
  | { readonly is: 'changed' };

export interface SealOpenerParts {
  readonly control: Pick<ControlStore, 'findSubjectKeys'>;
  readonly custody: Pick<Custody, 'withWindows'>;
}

const ERASED: OpenedSeal = { is: 'erased' };
const CHANGED: OpenedSeal = { is: 'changed' };
/** Between these the thread does other work: some 10 ms. */
const OPENED_AT_ONCE = 512;

export class SealOpener {
  readonly #control: SealOpenerParts['control'];
  readonly #custody: SealOpenerParts['custody'];

  constructor({ control, custody }: SealOpenerParts) {
    this.#control = control;
    this.#custody = custody;
  }

  /** One answer for each, in their order. Refusals: those of the sealing root. Throws for more than may be opened at once. */
  async open(tenant: TenantId, seals: readonly ClosedSeal[]): Promise<readonly OpenedSeal[] | Refusal> {
    if (seals.length > LIMITS.seals_opened_at_once_max) throw new Error('cannot open seals: there are more than may be opened at once');
    const byKey = Map.groupBy(seals.keys(), (at) => nameOf(seals[at]!.keyId));
    const rows = this.#control.findSubjectKeys(tenant, [...byKey.values()].map(([first]) => seals[first!]!.keyId)).filter(({ destroyed }) => !destroyed);
    const answers: OpenedSeal[] = seals.map(() => ERASED);
    // Nothing is left to open, so nothing is read to open it.
    if (rows.length === 0) return answers;
    const worked = await this.#custody.withWindows(tenant, rows.map(({ window }) => window), async (windows) => {
      let done = 0;
      for (const row of rows) {
        const window = windows.get(row.window);
        for (const [at, answer] of openUnder(tenant, row, window, seals, byKey.get(nameOf(row.keyId)) ?? [])) answers[at] = answer;
        done += byKey.get(nameOf(row.keyId))?.length ?? 0;
        if (done >= OPENED_AT_ONCE) done = await setImmediate(0);
      }
      return true as const;
    });
    // Without what it says beside its code: where keys lie on this machine is nothing for readers of the API.
    return isRefusal(worked) ? refuse(worked.refused) : answers;
  }
}

/** The seals of one key. */
function openUnder(tenant: TenantId, { keyId, window: id, wrapped }: FoundSubjectKey, window: WindowKey | undefined, seals: readonly ClosedSeal[], which: readonly number[]): readonly (readonly [at: number, OpenedSeal])[] {
  const key = window === undefined ? null : unwrapSubjectKey(window, { tenant, keyId, window: id, wrapped });
  if (key === null) return which.map((at) => [at, CHANGED]);
  try {
    return which.map((at) => {
      const { traceId, spanId, text } = seals[at]!;
      const open = openSeal(key, text, bindingOf(tenant, traceId, spanId, keyId));
      return [at, open === null ? CHANGED : { is: 'opened', ...open }];
    });
  } finally {
    wipe(key);
  }
}

const nameOf = (keyId: Uint8Array): string => Buffer.from(keyId.buffer, keyId.byteOffset, keyId.byteLength).toString('latin1');
