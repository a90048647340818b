/**
 * The policy of a running server: which one the workers act by, and how it is changed while they work. A change happens while nothing is
 * handed to them: the version is written, the log is told and that is durable, and only then the first block is made under it. An end of
 * the process anywhere leaves a version in the control store that the next start tells the log before it takes anything.
 *
 * What was put in force beside this server, or could not be told the log at once, is taken when it is noticed.
 */
import type { ControlStore, PolicyVersion } from '#control';
import { LIMITS } from '#limits';
import type { CompiledPolicy } from '#policy';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { compiledVersion } from './stored-version.ts';

export { compiledVersion, ensureFirstPolicy } from './stored-version.ts';

/**
 * Whoever makes blocks. `lasting` runs when everything of the old policy is closed and before anything is made under the new one. If it says no
 * (`kept`) or throws, the old one stays, and so it does if the new one cannot be acted by (`unusable`).
 */
export interface PolicyUser {
  usePolicy(policy: CompiledPolicy, lasting: () => Promise<boolean>): Promise<{ readonly boundary: number } | 'kept' | 'unusable'>;
}

export interface LivePolicyParts {
  readonly control: Pick<ControlStore, 'findPolicy' | 'newestPolicy'>;
  /** Carries into the log what control data has for it; throws if that is not durable. */
  readonly log: () => Promise<void>;
  readonly onFailure: (failure: unknown) => void;
}

interface Running {
  readonly version: number;
  readonly compiled: CompiledPolicy;
}

export interface Taken {
  readonly version: PolicyVersion;
  readonly boundary: number | null;
  /** The version is in the control store, but is not acted by yet. */
  readonly pending: boolean;
}

/** After a failure: each attempt holds exports up. */
const REST_MS = 5_000;
/** Failures are told at most so often. */
const FAILURE_MS = 60_000;

export class LivePolicy {
  readonly #parts: LivePolicyParts;
  #running: Running;
  #user: PolicyUser | null = null;
  #isLogged = false;
  #changing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #restUntil_ms = Number.NEGATIVE_INFINITY;
  #failed_ms = Number.NEGATIVE_INFINITY;

  private constructor(parts: LivePolicyParts, running: Running) {
    this.#parts = parts;
    this.#running = running;
  }

  /** The one in force in the control store, where there is one. Throws if this program cannot use it. */
  static open(parts: LivePolicyParts): LivePolicy {
    const found = parts.control.findPolicy();
    if (found === null) throw new Error('cannot find any version of the policy');
    return new LivePolicy(parts, { version: found.version, compiled: compiledVersion(found) });
  }

  /** What the workers act by. */
  get current(): CompiledPolicy {
    return this.#running.compiled;
  }

  /** Null when blocks may be made: the log knows what they were made under. Refusals: store_unavailable. */
  admit(): Refusal | null {
    return this.#isLogged ? null : refuse('store_unavailable', 'the policy in force is not in the log yet');
  }

  /** `user` acts by `current` already. */
  async start(user: PolicyUser): Promise<void> {
    this.#user = user;
    await this.#look();
    this.#timer = setInterval(() => void this.#look(), LIMITS.policy_look_ms).unref();
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#changing;
  }

  /** Makes the change and acts by the policy, or neither. Refusals: those of the change, policy_unusable. */
  change(compiled: CompiledPolicy, change: () => Promise<PolicyVersion | Refusal>): Promise<Taken | Refusal> {
    return this.#inTurn(() => this.#change(compiled, change));
  }

  async #change(compiled: CompiledPolicy, change: () => Promise<PolicyVersion | Refusal>): Promise<Taken | Refusal> {
    const made: (PolicyVersion | Refusal)[] = [];
    const lasting = async (): Promise<boolean> => {
      const version = await change();
      made.push(version);
      if (isRefusal(version)) return false;
      await this.#parts.log();
      return true;
    };
    try {
      const boundary = await this.#use(compiled, lasting);
      const [version] = made;
      if (version === undefined || isRefusal(version)) return version ?? refuse('policy_unusable');
      this.#running = { version: version.version, compiled };
      return { version, boundary, pending: false };
    } catch (failure) {
      const [version] = made;
      if (version === undefined || isRefusal(version)) throw failure;
      // Written, and the log could not be told: the next look tries again.
      this.#tell(failure);
      return { version, boundary: null, pending: true };
    }
  }

  /** The first block under the policy. Null: none was made; for comments alone nobody is stopped. */
  async #use(compiled: CompiledPolicy, lasting: () => Promise<boolean>): Promise<number | null> {
    if (this.#user === null) throw new Error('cannot change the policy: the server is starting');
    if (compiled.digest === this.#running.compiled.digest) {
      await lasting();
      return null;
    }
    const used = await this.#user.usePolicy(compiled, lasting);
    return typeof used === 'string' ? null : used.boundary;
  }

  async #look(): Promise<void> {
    if (this.#looking || performance.now() < this.#restUntil_ms) return;
    this.#looking = true;
    try {
      await this.#inTurn(() => this.#catchUp());
    } catch (failure) {
      this.#restUntil_ms = performance.now() + REST_MS;
      this.#tell(failure);
    } finally {
      this.#looking = false;
    }
  }

  async #catchUp(): Promise<void> {
    const { control, log } = this.#parts;
    const found = control.newestPolicy() === this.#running.version ? null : control.findPolicy();
    if (found !== null) {
      const compiled = compiledVersion(found);
      let isLasting = false;
      await this.#use(compiled, async () => {
        await log();
        return (isLasting = true);
      });
      if (!isLasting) throw new Error(`cannot act by version ${found.version} of the policy: the one before stays in force`);
      this.#running = { version: found.version, compiled };
    }
    if (this.#isLogged) return;
    await log();
    this.#isLogged = true;
  }

  #inTurn<Done>(work: () => Promise<Done>): Promise<Done> {
    const turn = this.#changing.then(work);
    this.#changing = turn.catch(() => undefined);
    return turn;
  }

  #tell(failure: unknown): void {
    const now = performance.now();
    if (now - this.#failed_ms < FAILURE_MS) return;
    this.#failed_ms = now;
    this.#parts.onFailure(failure);
  }
}
