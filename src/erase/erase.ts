/**
 * People whose values were sealed: found by their name, given what is held about them, and forgotten.
 *
 * To be forgotten is to have one's keys destroyed. In this order, so that a crash anywhere is finished by the next start: workers drop the keys that they seal with; keys are
 * overwritten in the control store and the log is told, in one transaction; workers drop what they made meanwhile; the log has the entry; by what the spans were found is removed. What was acknowledged
 * before it began cannot be read any more, what comes after the receipt has a new key, and what came in between may be either.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ForgetApproval } from '#config';
import { keyDigest, type Actor, type Approval, type ControlStore, type UnfinishedErasure } from '#control';
import type { Tokens } from '#keys';
import type { Log } from '#log';
import { LIMITS } from '#limits';
import { commandLineReader, DEFAULT_TENANT, ENTRY_TYPES, type Reader, type TenantId } from '#model';
import type { PolicyDocument } from '#policy';
import type { Answering } from '#query/answering';
import { personOf, reasonIn } from '#query/reveal';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { Store } from '#store';
import { digestsIn } from '#verify';
import type { ClearPlace, FoundSpans, FoundSubject, Receipt, ReceiptLog } from './answer-types.ts';
import { clearBefore, clearPlaces, sealedKeys } from './clear-places.ts';
import { exportPage, needsTwo, type ExportPage, type ExportParts, type ExportQuestion } from './export.ts';
import { newCommitment } from './receipt.ts';
import { STATEMENTS } from './statements.ts';
import { countKeysFound, countSpans, placesOf, type SubjectPlaces } from './subject-spans.ts';

export type { ExportTold, FoundSubject, Receipt } from './answer-types.ts';
export { isAbout } from './receipt.ts';
export { exportText, type ExportPage, type ExportQuestion } from './export.ts';

type StoredBody = Awaited<ReturnType<Store['bodies']>>[number];

export interface SubjectsParts {
  readonly answering: Answering;
  readonly control: Pick<ControlStore, 'listTenants' | 'subjectKeysOf' | 'findWindow' | 'findSubjectKeys' | 'eraseSubject' | 'listErasures' | 'finishErasure' | 'eraseAgain' | 'askApproval' | 'approvalUnusable' | 'recordExport' | 'proofOf' | 'listPolicies' | 'findPolicy'>;
  readonly opener: ExportParts['opener'];
  readonly tokens: Tokens;
  readonly store: Pick<Store, 'bodies' | 'query' | 'settle' | 'removeTokens'>;
  readonly log: Pick<Log, 'size' | 'origin' | 'root' | 'entry' | 'inclusion' | 'signed' | 'sign'>;
  /** Workers that seal. */
  readonly workers: { forgetSubject(tenant: TenantId, subject: Uint8Array): Promise<void> };
  /** Has the log take what it is to be told. */
  readonly carry: () => Promise<void>;
  readonly policy: () => PolicyDocument;
  readonly approval: ForgetApproval;
  /** A text of this tenant as the minimization policy leaves it; null where that is not sure. */
  readonly minimized: (tenant: TenantId, reason: string) => string | null;
}

export interface Forgetting {
  readonly subject: string;
  readonly reason: string;
  /** The id of one. */
  readonly approval?: string;
}

export type Forgotten = { readonly is: 'forgotten'; readonly receipt: Receipt } | { readonly is: 'asked'; readonly approval: Approval };

const ERASURES_AT_ONCE = 256;

export class Subjects {
  readonly #parts: SubjectsParts;
  /** One after another: each has all workers close their blocks. */
  #forgetting: Promise<unknown> = Promise.resolve();

  constructor(parts: SubjectsParts) {
    this.#parts = parts;
  }

  /** What a crash or a failure broke off: at a start before anything is sealed, and before somebody else is forgotten. */
  async finish(): Promise<void> {
    for (const erasure of this.#parts.control.listErasures()) await this.#finish(erasure);
  }

  /** Refusals: name_unknown, action_forbidden, query_invalid, and those of a query. */
  async find(reader: Reader, subject: string): Promise<FoundSubject | Refusal> {
    const token = await this.#tokenOf(reader.tenant, subject);
    if (isRefusal(token)) return token;
    return this.#parts.answering.answer(reader, 'subject.find', 'scan', async (run) => {
      if (!run.sight.seesAllPlaces) return refuse('action_forbidden', 'it is about all services of the tenant, of which you see some');
      await this.#parts.answering.settled();
      const places = placesOf(this.#parts.control, reader.tenant, token);
      const found = await countSpans(run, places);
      const erased = Math.max(0, (await countKeysFound(run, token)) - places.keyIds.length);
      return { subject: digestOf(token), ...found, erased, keys: places.keyIds.length, hours: places.hours.length, fields: sealedKeys(this.#parts.policy()).map((key) => ({ key, sealed: true as const })), clear: this.#clear() };
    });
  }

  /** Refusals: name_unknown, action_forbidden, query_invalid, those of approvals, and those of a query. */
  async forget(reader: Reader, wanted: Forgetting, by: Actor): Promise<Forgotten | Refusal> {
    const { tenant } = reader;
    const token = await this.#tokenOf(tenant, wanted.subject);
    if (isRefusal(token)) return token;
    const may = this.#parts.answering.access.decide(reader, 'subject.forget', { tenant });
    if (may !== true) return may;
    if (wanted.approval === undefined && this.#parts.approval === 'second-person') {
      const approval = await this.#parts.control.askApproval({ kind: 'forget', tenant, person: personOf(reader), reason: this.#reasonWithout(tenant, wanted.subject, wanted.reason), trace: null, subject: digestOf(token), fields: [] }, by);
      return isRefusal(approval) ? approval : { is: 'asked', approval };
    }
    const forgetting = this.#forgetting.then(() => this.finish()).then(() => this.#forget(reader, wanted, token, by));
    this.#forgetting = forgetting.catch(() => undefined);
    return forgetting;
  }

  /** A page of everything that is held. Refusals: those of `exportPage`, name_unknown, reveal_reason, record_unavailable. */
  async exportPage(reader: Reader, question: ExportQuestion, by: Actor): Promise<ExportPage | Refusal> {
    const { answering, control } = this.#parts;
    const { tenant } = reader;
    const token = await this.#tokenOf(tenant, question.subject);
    if (isRefusal(token)) return token;
    const may = answering.access.decide(reader, 'subject.export', { tenant });
    if (may !== true) return may;
    const reason = reasonIn(question.reason);
    if (reason === null) return refuse('reveal_reason');
    const needsApproval = [this.#parts.policy(), ...this.#documents()].some((document) => document !== null && needsTwo(document));
    return exportPage({ ...this.#parts, now_ms: answering.now_ms }, reader, by, question, { places: () => placesOf(control, tenant, token), digest: digestOf(token), reason: this.#reasonWithout(tenant, question.subject, reason), needsApproval });
  }

  /** After an older copy of the control database was restored: destroys anew what the log says was destroyed. How many keys there were. Refusals: those of a query. */
  async again(by: Actor): Promise<number | Refusal> {
    const { answering, control, carry } = this.#parts;
    const erased = new Set<string>();
    const read = await answering.answer(commandLineReader(DEFAULT_TENANT), 'subject.forget', 'scan', async (run) => {
      await answering.settled('account');
      for (let after = -1; ; ) {
        const rows = await run<{ place: string; digests: string }>(STATEMENTS.erasures, { type: ENTRY_TYPES.erasure, after, limit: ERASURES_AT_ONCE }, ERASURES_AT_ONCE);
        for (const { digests } of rows) for (const digest of digestsIn(Buffer.from(digests, 'base64'))) erased.add(digest);
        const last = rows.at(-1);
        if (last === undefined || rows.length < ERASURES_AT_ONCE) return true;
        after = Number(last.place);
      }
    });
    if (isRefusal(read)) return read;
    const back: Uint8Array[] = [];
    const isErased = (keyId: Uint8Array, wrapped: Uint8Array): boolean => {
      const isBack = erased.has(Buffer.from(keyDigest(keyId, wrapped)).toString('latin1'));
      if (isBack) back.push(Uint8Array.from(keyId));
      return isBack;
    };
    const keys = await control.eraseAgain(isErased, by);
    await carry();
    await this.#parts.store.removeTokens(back.map((keyId) => ({ day: null, keyId })));
    return keys;
  }

  async #forget(reader: Reader, { subject, reason, approval }: Forgetting, token: Uint8Array, by: Actor): Promise<Forgotten | Refusal> {
    const { control, workers, carry, log } = this.#parts;
    const { tenant } = reader;
    // A store that cannot be read or written is told before anything is destroyed.
    const before = await this.#count(reader, placesOf(control, tenant, token));
    if (isRefusal(before)) return before;
    const clear = this.#clear();
    const name = Buffer.from(subject);
    const { salt, commitment } = newCommitment(tenant, subject);
    const id = `e_${randomBytes(8).toString('hex')}`;
    const since = log.size;
    const wanted = { id, tenant, token, commitment, reason: this.#reasonWithout(tenant, subject, reason), approval: approval === undefined ? null : { id: approval, person: personOf(reader), subject: digestOf(token) } };
    await workers.forgetSubject(tenant, name);
    const erasure = await control.eraseSubject(wanted, by).finally(() => workers.forgetSubject(tenant, name));
    if (isRefusal(erasure)) return erasure;
    await carry();
    const logged = await this.#entryOf(id, since);
    // What came just before is among them. The receipt is given in any case: its salt is nowhere else.
    const counted = await this.#count(reader, { token, keyIds: erasure.keyIds, hours: [] });
    const { spans } = isRefusal(counted) ? before : counted;
    const tokens = await this.#finish({ id, tenant, token });
    return { is: 'forgotten', receipt: { id, tenant, at: new Date(erasure.at).toISOString(), by: nameOf(by), entry: logged.index, keys: erasure.keyIds.length, spans, tokens, salt, commitment, clear, log: await this.#proofOf(logged) } };
  }

  #count(reader: Reader, places: SubjectPlaces): Promise<FoundSpans | Refusal> {
    const { answering } = this.#parts;
    return answering.answer(reader, 'subject.forget', 'scan', async (run) => {
      if (!run.sight.seesAllPlaces) return refuse('action_forbidden', 'it is about all services of the tenant, of which you see some');
      return (await answering.settled()) ? countSpans(run, places) : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
    });
  }

  /** What a repeated start may do again. */
  async #finish({ id, tenant, token }: UnfinishedErasure): Promise<number> {
    const { control, store } = this.#parts;
    await store.settle();
    const rows = await store.query<{ day: number; key: string }>(STATEMENTS.keys, { tenant, subject: Buffer.from(token).toString('hex') }, { deadline_ms: LIMITS.token_removal_ms_max, rows_max: LIMITS.subject_token_keys_max });
    const keyIds = [...new Set(rows.map(({ key }) => key))].map((key) => Buffer.from(key, 'hex'));
    // Whoever came again meanwhile has a new key, by which they are found.
    const live = new Set(control.findSubjectKeys(tenant, keyIds).filter(({ destroyed }) => !destroyed).map(({ keyId }) => Buffer.from(keyId).toString('hex')));
    const tokens = await store.removeTokens(rows.filter(({ key }) => !live.has(key)).map(({ day, key }) => ({ day, keyId: Buffer.from(key, 'hex') })));
    await control.finishErasure(id);
    return tokens;
  }

  /** A name under which nothing could have been sealed is most likely mistyped, and what is done for it would stand in the log. */
  async #tokenOf(tenant: TenantId, subject: string): Promise<Uint8Array | Refusal> {
    if (tenant !== DEFAULT_TENANT && !(await this.#parts.control.listTenants()).some(({ name }) => name === tenant)) return refuse('name_unknown', `the tenant ${tenant}`);
    if (subject === '' || !subject.isWellFormed() || Buffer.byteLength(subject) > LIMITS.subject_bytes_max) return refuse('query_invalid', `the subject: 1 to ${LIMITS.subject_bytes_max} bytes`);
    return this.#parts.tokens.ofSubject(tenant, subject);
  }

  #clear(): readonly ClearPlace[] {
    const { control, policy } = this.#parts;
    const before = clearBefore(control.listPolicies().slice(0, LIMITS.subject_policies_max), (version) => documentOf(control.findPolicy(version)?.canonical));
    return [...clearPlaces(policy()), ...before];
  }

  /** Of the policies that were in force, those in force last. */
  #documents(): readonly (PolicyDocument | null)[] {
    const { control } = this.#parts;
    return control.listPolicies().slice(0, LIMITS.subject_policies_max).map(({ version }) => documentOf(control.findPolicy(version)?.canonical));
  }

  /** The log keeps it for ever: it must not name whom it is about. */
  #reasonWithout(tenant: TenantId, subject: string, reason: string): string {
    return this.#parts.minimized(tenant, reason.replace(new RegExp(RegExp.escape(subject), 'giu'), '[subject]')) ?? '';
  }

  /** The first entry of an erasure, among those that came into the log since. */
  async #entryOf(id: string, since: number): Promise<StoredBody> {
    for (const body of await this.#parts.store.bodies(since, this.#parts.log.size)) if (body.type === 'erasure' && body.statement.includes(`"erasure":"${id}"`)) return body;
    throw new Error('cannot find the entry of an erasure in the log');
  }

  /** Signed here where that was not done since: a proof that leads to a root of nobody proves nothing. */
  async #proofOf({ index: entry, statement, closed }: StoredBody): Promise<ReceiptLog> {
    const { log } = this.#parts;
    const { note, size } = log.signed !== null && log.signed.size > entry ? log.signed : await log.sign();
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    return { origin: log.origin, size, root: base64(log.root(size)), leaf: base64(log.entry(entry) ?? new Uint8Array()), proof: (log.inclusion(entry, size) ?? []).map(base64), checkpoint: note, statement, closed: createHash('sha256').update(closed).digest('base64') };
  }
}

function documentOf(canonical: string | undefined): PolicyDocument | null {
  if (canonical === undefined) return null;
  const document = JSON.parse(canonical) as { readonly version: number };
  return document.version === 2 ? (document as PolicyDocument) : null;
}

/** Says of two that they are the same person, and is no token by which spans are found. */
function digestOf(token: Uint8Array): string {
  return createHash('sha256').update('tracekeep/1/subject\0').update(token).digest('hex').slice(0, 16);
}

function nameOf(by: Actor): string {
  return 'name' in by ? by.name : by.is === 'command line' ? 'the command line' : by.is;
}
