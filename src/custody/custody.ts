/**
 * What becomes of the keys that seal fields: a tenant's key pair is made at first need, followed by other versions, and its windows are moved to the newest. All of it works on
 * the control store, beside a running server too. What needs a private key opens the sealing root for as long as that takes; making a window, which a
 * server does each hour, needs the public half alone.
 */
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Config, SealingSettings } from '#config';
import { COMMAND_LINE, SERVER, type Actor, type ControlStore, type TenantKeyVersion } from '#control';
import { encapsulateWindow, keyFileFault, makeHybridKeyPair, openWindow, wipe, withSealingRoot, type EncapsulatedWindow, type PassphraseCost, type SealingRoot, type SealingSource, type WindowKey } from '#keys';
import { LIMITS } from '#limits';
import type { Secret, TenantId } from '#model';
import { isRefusal, refuse, type Refusal, type RefusalCode } from '#refusal';

export type KeyStore = Pick<
  ControlStore,
  'findSealingRoot' | 'addSealingRoot' | 'listTenantKeys' | 'addTenantKey' | 'retireTenantKey' | 'addWindow' | 'findWindow' | 'windowsBefore' | 'countWindows' | 'replaceWindows'
>;

export interface CustodyParts {
  readonly control: KeyStore;
  readonly source: SealingSource;
  /**
   * Hears why the sealing root cannot be opened, with the place. Whoever asked is then told the code alone: where keys lie on this machine is nothing for readers of the API.
   */
  readonly hear?: (refusal: Refusal) => void;
  /** Tests cannot wait for the real cost of a passphrase. */
  readonly cost?: PassphraseCost;
  /** Windows that are rewrapped in one transaction. */
  readonly atOnce?: number;
}

export interface VersionStatus {
  readonly version: number;
  /** `current` takes the new windows, `needed` still opens some, `unneeded` can be retired, of `retired` the private half is gone. */
  readonly state: 'current' | 'needed' | 'unneeded' | 'retired';
  readonly windows: number;
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly retired: number | null;
}

export interface TenantKeyStatus {
  readonly tenant: TenantId;
  /** Newest first. */
  readonly versions: readonly VersionStatus[];
  /** Windows that are not under the newest version. */
  readonly toRewrap: number;
}

export interface RewrapProgress {
  readonly done: number;
  readonly of: number;
}

export interface Rewrapped {
  readonly version: number;
  readonly windows: number;
  /** What is left; more than 0 if it was broken off. */
  readonly left: number;
}

/** Where the settings say that the sealing root is. `passphrase`: if somebody gave one. */
export function sourceOf({ sealing, data }: Pick<Config, 'sealing' | 'data'>, passphrase: Secret<Uint8Array> | null): SealingSource {
  if (sealing.kind === 'file') return { ...sealing, dataDir: data };
  return sealing.kind === 'passphrase' ? { ...sealing, passphrase } : sealing;
}

/** How the sealing root stands, without opening it. */
export interface SealingRootStatus {
  readonly kind: SealingSettings['kind'];
  /** It was used once. */
  readonly made: boolean;
  /** Its file, or that of its token, is on this machine; null for a passphrase, which is nowhere. */
  readonly here: boolean | null;
  /** And would be read, closed to other users as it has to be. */
  readonly usable: boolean | null;
}

export function sealingRootStatus(sealing: SealingSettings, record: { readonly kind: SealingSettings['kind'] } | null): SealingRootStatus {
  const here = sealing.kind === 'passphrase' ? null : existsSync(sealing.kind === 'file' ? sealing.file : sealing.tokenFile);
  return { kind: record?.kind ?? sealing.kind, made: record !== null, here, usable: here && sealingRootFault(sealing) === null };
}

/** Why a file that is there would not be read, with the place: for who runs the server. */
export function sealingRootFault(sealing: SealingSettings): string | null {
  if (sealing.kind === 'passphrase') return null;
  return sealing.kind === 'file' ? keyFileFault(sealing.file, 'sealing key') : keyFileFault(sealing.tokenFile, 'token of sealing-transit-url');
}

const OF_THE_ROOT: readonly RefusalCode[] = ['sealing_root_absent', 'sealing_root_wrong', 'sealing_root_unusable', 'sealing_root_unreachable'];

type Seeds = ReadonlyMap<number, Secret<Uint8Array>>;

export class Custody {
  readonly #control: KeyStore;
  readonly #source: SealingSource;
  readonly #hear: CustodyParts['hear'];
  readonly #cost: PassphraseCost | undefined;
  readonly #atOnce: number;

  constructor({ control, source, hear, cost, atOnce = LIMITS.rewrap_windows_at_once }: CustodyParts) {
    this.#atOnce = atOnce;
    this.#control = control;
    this.#source = source;
    this.#hear = hear;
    this.#cost = cost;
  }

  status(tenant: TenantId): TenantKeyStatus {
    const windows = new Map(this.#control.countWindows(tenant).map((use) => [use.version, use.windows]));
    const versions = this.#control.listTenantKeys(tenant).map(({ version, made, retired }, at): VersionStatus => {
      const count = windows.get(version) ?? 0;
      return { version, state: retired !== null ? 'retired' : at === 0 ? 'current' : count > 0 ? 'needed' : 'unneeded', windows: count, made, retired };
    });
    return { tenant, versions, toRewrap: versions.slice(1).reduce((sum, one) => sum + one.windows, 0) };
  }

  /** The newest version, made if there is none. Needs the sealing root only then. Refusals: those of the sealing root. */
  async ensureKey(tenant: TenantId, by: Actor = SERVER): Promise<TenantKeyVersion | Refusal> {
    const [newest] = this.#control.listTenantKeys(tenant);
    if (newest !== undefined) return newest;
    const made = await this.#addVersion(tenant, 1, by);
    return isRefusal(made) && made.refused === 'key_changed' ? (this.#control.listTenantKeys(tenant)[0] ?? made) : made;
  }

  /** A new version for the new windows; servers that run take it from the next window on. Refusals: those of the sealing root, key_changed. */
  async rotate(tenant: TenantId, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | Refusal> {
    return this.#addVersion(tenant, (this.#control.listTenantKeys(tenant)[0]?.version ?? 0) + 1, by);
  }

  /**
   * Puts the windows of earlier versions under the newest, a few in each transaction: it can be broken off by the signal, or by a crash, and goes on where it was. Every window is
   * opened before it is replaced. Refusals: name_unknown, those of the sealing root.
   */
  async rewrap(tenant: TenantId, { by = COMMAND_LINE, onProgress, signal }: { readonly by?: Actor; readonly onProgress?: (progress: RewrapProgress) => void; readonly signal?: AbortSignal } = {}): Promise<Rewrapped | Refusal> {
    const [newest] = this.#control.listTenantKeys(tenant);
    if (newest === undefined) return refuse('name_unknown', 'a key of this tenant');
    const { version } = newest;
    const of = this.status(tenant).toRewrap;
    if (of === 0) return { version, windows: 0, left: 0 };
    return this.#withRoot(async (root) => {
      let [done, after] = [0, 0];
      const seeds = await this.#seedsOf(root, tenant);
      try {
        for (;;) {
          const windows = this.#control.windowsBefore(tenant, version, { after, limit: this.#atOnce });
          after = windows.at(-1)?.id ?? after;
          if (windows.length === 0 || signal?.aborted === true) return { version, windows: done, left: this.#control.windowsBefore(tenant, version, { after: 0, limit: 1 }).length === 0 ? 0 : Math.max(1, of - done) };
          const moved = windows.map((window) => moveWindow(window, seeds, newest));
          await this.#control.replaceWindows(moved, [...new Set(windows.map((window) => window.version))], by);
          done += moved.length;
          onProgress?.({ done, of: Math.max(of, done) });
          // A server does it beside everything else.
          await setImmediate();
        }
      } finally {
        wipe(...seeds.values());
      }
    });
  }

  /** Destroys the private half of a version that no window needs. Refusals: name_unknown, key_needed. */
  async retire(tenant: TenantId, version: number, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | Refusal> {
    return this.#control.retireTenantKey(tenant, version, by);
  }

  /** The newest version, or another that there is; null if it is not there. What it says of the private half is wrapped. */
  find(tenant: TenantId, version?: number): TenantKeyVersion | null {
    return this.#control.listTenantKeys(tenant).find((one) => version === undefined || one.version === version) ?? null;
  }

  /**
   * Keys of windows of a tenant, whenever they were, for as long as `work` runs. One that is not there, is another tenant's or was changed has none. Refusals:
   * those of the sealing root.
   */
  async withWindows<Done>(tenant: TenantId, ids: Iterable<number>, work: (windows: ReadonlyMap<number, WindowKey>) => Promise<Done>): Promise<Done | Refusal> {
    const windows = [...new Set(ids)].flatMap((id) => this.#control.findWindow(id) ?? []).filter((window) => window.tenant === tenant);
    return this.#withRoot(async (root) => {
      const opened = new Map<number, WindowKey>();
      const seeds = await this.#seedsOf(root, tenant);
      try {
        for (const window of windows) {
          const seed = seeds.get(window.version);
          const key = seed === undefined ? null : openWindow(window, seed);
          if (key !== null) opened.set(window.id, { id: window.id, key });
        }
        return await work(opened);
      } finally {
        wipe(...seeds.values(), ...[...opened.values()].map(({ key }) => key));
      }
    });
  }

  async #addVersion(tenant: TenantId, version: number, by: Actor): Promise<TenantKeyVersion | Refusal> {
    return this.#withRoot(async (root) => {
      const pair = makeHybridKeyPair();
      try {
        const wrapped = await root.wrap(pair.seed, ['tenant', tenant, version]);
        const made = await this.#control.addTenantKey({ tenant, version, publicKey: Buffer.from(pair.publicKey).toString('base64'), wrapped }, by);
        return made ?? refuse('key_changed');
      } finally {
        wipe(pair.seed);
      }
    }, by);
  }

  /** Private halves of all versions that have one. */
  async #seedsOf(root: SealingRoot, tenant: TenantId): Promise<Seeds> {
    const seeds = new Map<number, Secret<Uint8Array>>();
    for (const { version, wrapped, retired } of this.#control.listTenantKeys(tenant)) {
      if (retired !== null) continue;
      const seed = await root.unwrap(wrapped, ['tenant', tenant, version]);
      if (seed === null) throw new Error(`cannot open version ${version} of the key of a tenant: it was changed`);
      seeds.set(version, seed);
    }
    return seeds;
  }

  async #withRoot<Done>(work: (root: SealingRoot) => Promise<Done | Refusal>, by: Actor = SERVER): Promise<Done | Refusal> {
    const known = this.#control.findSealingRoot();
    const done = await withSealingRoot(
      this.#source,
      known,
      async (root): Promise<Done | Refusal> => {
        // Kept before anything is wrapped. Of two that make one at the same moment, the other one's counts.
        if (known === null && (await this.#control.addSealingRoot(root.record, by)).check !== root.record.check) return refuse('key_changed');
        return work(root);
      },
      this.#cost,
    );
    if (this.#hear === undefined || !isRefusal(done) || !OF_THE_ROOT.includes(done.refused)) return done;
    this.#hear(done);
    return refuse(done.refused);
  }
}

function moveWindow(window: EncapsulatedWindow, seeds: Seeds, { version, publicKey }: TenantKeyVersion): EncapsulatedWindow {
  const key = keyOf(window, seeds);
  try {
    return encapsulateWindow(window, key, version, Buffer.from(publicKey, 'base64'));
  } finally {
    wipe(key);
  }
}

function keyOf(window: EncapsulatedWindow, seeds: Seeds): Secret<Uint8Array> {
  const seed = seeds.get(window.version);
  if (seed === undefined) throw new Error(`cannot open the window ${window.id}: version ${window.version} of its key is retired`);
  const key = openWindow(window, seed);
  if (key === null) throw new Error(`cannot open the window ${window.id}: it was changed`);
  return key;
}
