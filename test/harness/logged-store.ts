/**
 * A store with its log and without a server around it, for tests that look at both: requests go through the real pipeline into blocks, evidence comes out by
 * the code of the server, and a test can reach under it into the database.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { temporaryFolder } from '#harness';
import { openRootKey } from '#keys';
import { sha256, verifyNatively } from '#keys/signing';
import { isFlaw, parseVkey, type Verifier } from '#merkle';
import { DEFAULT_TENANT, type Producer, type ProducerId, type Reader } from '#model';
import { Pipeline } from '#pipeline';
import { compilePolicy, DEFAULT_POLICY, readRestriction, type CompiledPolicy } from '#policy';
import { createQueries, type Queries } from '#query';
import type { EvidenceAnswer, EvidenceExport, StoredMismatch } from '#query/evidence';
import { checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence, type EvidenceFlaw, type Proved } from '#evidence';
import { isRefusal, refusalText, type Refusal } from '#refusal';
import { Store } from '#store';

export const READER: Reader = { id: 't_0000000000000001', name: 'test', tenant: DEFAULT_TENANT, kind: 'token', roles: ['viewer'], groups: [], scopes: null };
export const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: true, version: 1 };

const CONFIG = { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 1_000 };

export class LoggedStore {
  readonly store: Store;
  readonly queries: Queries;
  /** The Ed25519 key of the log. */
  readonly key: Verifier;
  /** What was found not to be as the log says. */
  readonly mismatches: StoredMismatch[] = [];
  readonly #pipeline = new Pipeline(null);

  private constructor(store: Store) {
    const policy = compilePolicy(DEFAULT_POLICY);
    this.store = store;
    const key = parseVkey(sha256, store.log.vkeys()[0] ?? '');
    assert.ok(!isFlaw(key));
    this.key = key;
    this.queries = createQueries({
      store,
      producers: async () => [],
      settle_ms: 0,
      evidence: {
        native: (sql) => store.engine.queryNative(sql),
        log: store.log,
        keys: store.log.vkeys(),
        published: () => store.log.signed,
        policies: { digest: policy.digest, restricted: policy.restricted, restricts: policy.restricts, read: readRestriction },
        onMismatch: (mismatch) => this.mismatches.push(mismatch),
      },
    });
  }

  static async open(folder = temporaryFolder()): Promise<LoggedStore> {
    const dataDir = join(folder, 'data');
    return new LoggedStore(await Store.open({ dataDir, rootKey: openRootKey({ file: join(folder, 'data.key'), dataDir }), config: CONFIG }));
  }

  get export(): EvidenceExport {
    assert.ok(this.queries.evidence !== null);
    return this.queries.evidence;
  }

  /** Each list of `resourceSpans` is a request, and all become one block. */
  add(...requests: readonly (readonly unknown[])[]): Promise<void> {
    return this.#add(this.#pipeline, requests);
  }

  /** The same under another policy than the one in force. */
  addUnder(policy: CompiledPolicy, ...requests: readonly (readonly unknown[])[]): Promise<void> {
    return this.#add(new Pipeline(null, policy), requests);
  }

  async #add(pipeline: Pipeline, requests: readonly (readonly unknown[])[]): Promise<void> {
    const now_ms = Date.now();
    const builder = pipeline.builder();
    builder.open({ block: this.store.lastBlockId + 1, day: Math.floor(now_ms / 86_400_000), retention: 'default', tenant: DEFAULT_TENANT });
    for (const [at, resourceSpans] of requests.entries()) {
      const taken = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans })), 'json', PRODUCER, at, now_ms, () => builder);
      assert.ok(!isRefusal(taken), isRefusal(taken) ? refusalText(taken) : '');
    }
    await this.store.commit({ blocks: [builder.close()], requests: [] });
  }

  /** Everything can be read, and a checkpoint covers it. */
  async settle(): Promise<void> {
    await this.store.settle();
    await this.store.log.sign();
  }

  async evidence(id: string, question: Parameters<EvidenceExport['evidence']>[2] = {}): Promise<EvidenceAnswer | Refusal> {
    return this.export.evidence(READER, id, question);
  }

  async exported(id: string, question: Parameters<EvidenceExport['evidence']>[2] = {}): Promise<EvidenceAnswer> {
    const answer = await this.evidence(id, question);
    assert.ok(!isRefusal(answer), isRefusal(answer) ? refusalText(answer) : '');
    return answer;
  }

  check(json: string, keys: readonly Verifier[] = [this.key]): Proved | EvidenceFlaw {
    const evidence = parseEvidence(Buffer.from(json));
    return isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, keys, sha256, verifyNatively);
  }

  proved(json: string): Proved {
    const answer = this.check(json);
    assert.ok(!isEvidenceFlaw(answer), isEvidenceFlaw(answer) ? evidenceFlawText(answer) : '');
    return answer;
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
