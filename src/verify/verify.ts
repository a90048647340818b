/**
 * Verification of a store against its log: the files of the log and its checkpoints, the body of every entry, the leaves of every block recomputed
 * from the rows that are stored, what leads to them, and the account. Reads only. In pieces, whatever the size of the store.
 */
import { randomBytes } from 'node:crypto';
import { entryOf } from '#log';
import type { Verifier } from '#merkle';
import { ENTRY_TYPES } from '#model';
import { BelievedBodies } from './believed-bodies.ts';
import { BlockChecker } from './blocks.ts';
import { BlockSet } from './block-set.ts';
import { bodyOf, objectIn, type BlockBody } from './bodies.ts';
import { checkControl } from './control-gone.ts';
import { checkErasedKeys } from './erased-keys.ts';
import { compareCheckpoints, openCheckpoints, type HeldCheckpoint } from './checkpoints.ts';
import { finding, type Finding } from './finding.ts';
import { FINDINGS_MAX, FindingList } from './finding-list.ts';
import { LogClock, type ClockNotices } from './clock.ts';
import { checkLookUp } from './look-up.ts';
import type { Progress, Report } from './outcome.ts';
import { policiesOf, type RestrictsOf } from './policies.ts';
import { listsIn } from './questions.ts';
import { StoreReader } from './store-reader.ts';
import { Removals } from './removals.ts';
import type { StoreSnapshot } from '#store';
import type { Source } from './source.ts';
import { checkTree, Entries, type LogAtHand } from './tree.ts';
import { flawFindings, isDamage, Unread } from './unread.ts';
import { BLOCKS_AT_ONCE, firstSince, Window } from './window.ts';

export { KINDS, type Finding, type FindingKind } from './finding.ts';
export type { Progress, Report } from './outcome.ts';
export { readVerifiers, type HeldCheckpoint } from './checkpoints.ts';
export { answer, questionOf, type Question } from './questions.ts';
export { digestsIn, type KeyDigests } from './erased-keys.ts';
export { sourceOf, type KeyTable, type Source } from './source.ts';

export interface VerifyOptions {
  readonly source: Source;
  /** The folder `log` of the data directory. */
  readonly logDirectory: string;
  /** The keys that checkpoints must be signed with. */
  readonly verifiers: readonly Verifier[];
  /** What a policy restricts, from its text. May throw for what is no policy. */
  readonly restrictsOf: RestrictsOf;
  /** Checkpoints that somebody kept. */
  readonly kept: readonly HeldCheckpoint[];
  /** Only blocks that were logged at this time or later. */
  readonly since_ms?: number | null;
  /** Only blocks with spans of this trace. */
  readonly trace?: string | null;
  /** Rows of blocks that are in memory at once, about. */
  readonly windowRows?: number;
  readonly piece?: number;
  readonly pause?: (spans: number) => Promise<void> | undefined;
  readonly hear?: (progress: Progress) => void;
  /** Hears of each finding when it is made. */
  readonly found?: (finding: Finding) => void;
  /** Rows of blocks that were logged before this entry are not read, because they were; everything else is. */
  readonly begin?: number;
  /** The time of whoever verifies. */
  readonly now_ms?: number;
}

const BODIES_AT_ONCE = 1_024;
const WINDOW_ROWS = 65_536;
const BLOCKS_LISTED = 20_000;

export async function verifyStore(options: VerifyOptions): Promise<Report> {
  return new Verification(options, await options.source.snapshot()).run();
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #snapshot: StoreSnapshot;
  readonly #log: LogAtHand;
  readonly #findings: FindingList;
  readonly #checked = { blocks: 0, spans: 0, seals: 0 };
  #spansTotal = 0;
  #checkedThrough = 0;
  readonly #expired = { blocks: 0, spans: 0 };
  readonly #beforeLog = { blocks: 0, spans: 0 };
  #setAside = 0;
  readonly #named = new BlockSet();
  /** Bodies of blocks whose rows are not there, until the end: retention may have stated it meanwhile. */
  readonly #absent: BlockBody[] = [];
  readonly #unread = new Unread();
  readonly #bodies: BelievedBodies;
  readonly #reader: StoreReader;
  #highestNamed = 0;

  constructor(options: VerifyOptions, snapshot: StoreSnapshot) {
    this.#options = options;
    this.#findings = new FindingList((one) => options.found?.(one));
    this.#snapshot = snapshot;
    this.#reader = new StoreReader(options.source, this.#unread);
    this.#bodies = new BelievedBodies({ findings: this.#findings, unread: this.#unread, name: (block) => this.#name(block) });
    this.#log = { directory: options.logDirectory, synced: snapshot.entries, tail: snapshot.tail.map(entryOf) };
  }

  async run(): Promise<Report> {
    const started_ms = performance.now();
    const { source, since_ms = null, trace = null } = this.#options;
    const full = since_ms === null && trace === null;
    this.#findings.add(flawFindings(this.#snapshot.flaws));
    this.#findings.add(this.#unread.addGone(new Set(listsIn(await source.read({ ask: 'tables' })).map(([name]) => String(name)))));
    this.#spansTotal = Number((await this.#reader.lists('spans', { ask: 'totals' }, 'How many spans there are cannot be told.'))[0]?.[0] ?? 0);
    const { opened, size } = await this.#checkLog();
    const policies = policiesOf([...(await this.#reader.bodiesOfType(ENTRY_TYPES.policy, 0, this.#snapshot.entries)), ...this.#snapshot.tail.filter(({ type }) => type === 'policy')], this.#options.restrictsOf);
    const key = [randomBytes(8).readBigUInt64LE(), randomBytes(8).readBigUInt64LE()].map(String) as [string, string];
    const { piece, pause } = this.#options;
    const checker = new BlockChecker({ source, key, ...(piece === undefined ? {} : { piece }), pause: (spans) => pause?.(spans) }, policies);
    const entries = new Entries(this.#log);
    let notices: ClockNotices;
    try {
      const clock = await LogClock.read(entries, this.#options.now_ms ?? Date.now(), async () => pause?.(0));
      ({ notices } = clock);
      const removals = new Removals(await this.#reader.bodiesOfType(ENTRY_TYPES.retention, 0, this.#snapshot.entries), (index) => clock.earliestAfter(index));
      if (trace !== null) await this.#checkTrace(trace, entries, checker, removals);
      else await this.#checkBodies(since_ms === null ? 0 : firstSince(entries, since_ms), entries, checker, removals);
      await this.#judgeAbsent(removals);
    } finally {
      entries.close();
    }
    if (full) await this.#findAdded();
    await this.#checkLookUp(checker, key, full);
    this.#findings.add([...(await checkControl(this.#reader, this.#snapshot, source)), ...(await checkErasedKeys(this.#reader, this.#snapshot, source, () => pause?.(0)))]);
    const blocksBefore = await this.#blocksBefore();
    const { inFlight, tail, account, unlogged, flaws } = this.#snapshot;
    if (account === null) this.#unread.addTable('accounting', 'The account was not compared.');
    const accountChecked = full && blocksBefore === 0 && !this.#bodies.doubted && size >= this.#snapshot.entries && account !== null && flaws.length === 0;
    if (accountChecked) this.#findings.add(this.#bodies.account.compare(account, unlogged));
    this.#findings.add(this.#unread.findings());
    return {
      full, findings: this.#findings.all, more: this.#findings.more, entries: size, ...this.#checked, expired: this.#expired, beforeLog: this.#beforeLog, records: this.#bodies.records, setAside: this.#setAside,
      inFlight: { blocks: inFlight.length, spans: inFlight.reduce((sum, { rows }) => sum + rows, 0), entries: tail.length },
      checkpoints: opened.map(({ what, checkpoint, signatures }) => ({ what, size: checkpoint.size, origin: checkpoint.origin, signatures })),
      accountChecked, clock: notices, took_ms: performance.now() - started_ms,
    };
  }

  #tell(phase: Progress['phase']): void {
    this.#options.hear?.({ phase, spans: this.#checked.spans, spansTotal: Math.max(this.#spansTotal, this.#checked.spans), blocks: this.#checked.blocks, expired: { ...this.#expired }, checkedThrough: this.#absent.reduce((first, { index }) => Math.min(first, index), Math.min(this.#checkedThrough, this.#unread.firstEntry)), entries: this.#snapshot.entries });
  }

  // --- the log --------------------------------------------------------------------------------------------------------

  async #checkLog() {
    this.#tell('log');
    const { kept, verifiers, pause } = this.#options;
    const own = this.#snapshot.checkpoint;
    if (own === null && this.#snapshot.entries > 0) this.#findings.add([finding('log-signature', 'no checkpoint', 'There is no checkpoint beside the keys, so nothing says what the log must contain.')]);
    const held = [...(own === null ? [] : [{ what: 'the checkpoint beside the keys', note: own, kept: false }]), ...kept];
    const { opened, findings } = openCheckpoints(held, verifiers);
    this.#findings.add(findings);
    const tree = await checkTree(this.#log, opened.map(({ checkpoint }) => checkpoint.size), async () => pause?.(0));
    this.#findings.add(tree.findings);
    this.#findings.add(compareCheckpoints(tree, opened));
    return { opened, size: tree.size };
  }

  /** Blocks that were there before the log began, as its first entry says. */
  async #blocksBefore(): Promise<number> {
    const [first] = await this.#reader.bodies(0, Math.min(1, this.#snapshot.entries));
    const { blocksBefore } = objectIn(first?.statement ?? '');
    return typeof blocksBefore === 'number' ? blocksBefore : 0;
  }

  // --- bodies and blocks ----------------------------------------------------------------------------------------------

  async #checkBodies(begin: number, entries: Entries, checker: BlockChecker, removals: Removals): Promise<void> {
    const to = Math.min(this.#snapshot.entries, entries.size);
    const window = new Window(() => checker.rowsAtOnce(this.#options.windowRows ?? WINDOW_ROWS));
    for (let from = begin; from < to; from += BODIES_AT_ONCE) {
      const end = Math.min(to, from + BODIES_AT_ONCE);
      const bodies = await this.#reader.bodies(from, end);
      for (const body of this.#bodies.of(bodies, entries.read(from, end), from)) {
        this.#name(body.block);
        if (body.index < (this.#options.begin ?? 0)) continue;
        for (const full of window.add(body)) await this.#checkBlocks(full, checker, removals);
      }
    }
    for (const rest of window.rest()) await this.#checkBlocks(rest, checker, removals);
    // Of entries that were cut off there may be bodies left.
    for (let from = to; from < this.#snapshot.entries; from += BODIES_AT_ONCE) {
      for (const { type, block } of await this.#reader.bodies(from, Math.min(this.#snapshot.entries, from + BODIES_AT_ONCE))) if (type === ENTRY_TYPES.block) this.#name(block);
    }
    this.#tell('blocks');
  }

  async #checkBlocks(bodies: readonly BlockBody[], checker: BlockChecker, removals: Removals): Promise<void> {
    for (const { block } of bodies) this.#name(block);
    if (this.#unread.isGone('spans')) return;
    const here = bodies.filter((body) => !this.#snapshot.setAside.includes(body.block));
    this.#setAside += bodies.length - here.length;
    for (const body of bodies) if (!here.includes(body)) this.#findings.add(await checker.checkSetAside(body));
    const { absent, unread, findings, ...counts } = await checker.check(here);
    this.#unread.addBlocks(unread);
    for (const what of ['spans', 'seals', 'blocks'] as const) this.#checked[what] += counts[what];
    this.#findings.add(findings);
    for (const body of absent) {
      if (removals.explain(body) === 'expired') this.#countExpired(body);
      else this.#absent.push(body);
    }
    this.#checkedThrough = Math.max(this.#checkedThrough, ...bodies.map(({ index }) => index + 1));
    this.#tell('blocks');
  }

  async #checkTrace(trace: string, entries: Entries, checker: BlockChecker, removals: Removals): Promise<void> {
    if (this.#unread.isGone('traces') || this.#unread.isGone('log_entries')) return;
    const blocks = (await this.#reader.lists('spans', { ask: 'blocks-of-trace', trace }, 'In which blocks the trace is cannot be told; a whole pass looks at all of them.')).map(([block]) => Number(block));
    const window = new Window(() => checker.rowsAtOnce(this.#options.windowRows ?? WINDOW_ROWS));
    const unnamed = new Set(blocks);
    for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) {
      for (const body of (await this.#reader.lists('log_entries', { ask: 'bodies-of-blocks', blocks: blocks.slice(at, at + BLOCKS_AT_ONCE) }, 'Which blocks of the trace were logged cannot be told; a whole pass tells more.')).map(bodyOf)) {
        if (body.index >= this.#snapshot.entries) continue;
        for (const block of this.#bodies.of([body], entries.read(body.index, body.index + 1), body.index)) {
          unnamed.delete(block.block);
          for (const full of window.add(block)) await this.#checkBlocks(full, checker, removals);
        }
      }
    }
    for (const rest of window.rest()) await this.#checkBlocks(rest, checker, removals);
    await this.#judgeUnnamed([...unnamed].map((block) => ({ block, rows: 0 })));
  }

  #name(block: number): void {
    this.#named.add(block);
    this.#highestNamed = Math.max(this.#highestNamed, block);
  }

  /** A block that no body names may be logged all the same: in one that cannot be read, or on its way in a journal that is gone. */
  #mayBeLogged(block: number): boolean {
    return this.#unread.isBlind || (this.#snapshot.flaws.length > 0 && block > this.#highestNamed);
  }

  #countExpired({ rows }: BlockBody): void {
    this.#expired.blocks += 1;
    this.#expired.spans += rows;
  }

  // --- what is there and should not be, and the reverse ---------------------------------------------------------------

  /** Rows of blocks that no entry names. */
  async #findAdded(): Promise<void> {
    const unnamed: { block: number; rows: number }[] = [];
    for (let after = -1; ; ) {
      const some = (await this.#reader.lists('spans', { ask: 'blocks', from: after + 1, count: BLOCKS_LISTED }, 'Whether it has blocks that nobody logged cannot be told.')).map(([block, rows]) => ({ block: Number(block), rows: Number(rows) }));
      unnamed.push(...some.filter(({ block }) => !this.#named.has(block)).slice(0, FINDINGS_MAX));
      if (some.length < BLOCKS_LISTED) break;
      after = some.at(-1)!.block;
    }
    await this.#judgeUnnamed(unnamed);
  }

  async #judgeUnnamed(unnamed: readonly { readonly block: number; readonly rows: number }[]): Promise<void> {
    if (unnamed.length === 0) return;
    const known = await this.#committedSince();
    const before = await this.#blocksBefore();
    for (const { block, rows } of unnamed) {
      if (known.has(block) || this.#mayBeLogged(block)) continue;
      if (block > 0 && block <= before) {
        this.#beforeLog.blocks += 1;
        this.#beforeLog.spans += rows;
        continue;
      }
      const places = (await this.#reader.lists('spans', { ask: 'rows', block, from: 0, count: 64 }, `Which spans are in block ${block} cannot be told.`)).map(([row, trace_id, span_id]) => ({ block, row: Number(row), trace_id: String(trace_id), span_id: String(span_id) }));
      this.#findings.add([finding('block-added', `block ${block}`, `No entry of the log names block ${block}, and ${rows === 0 ? 'there are rows of it' : `it has ${rows} rows`}.`, { places: places.length === 0 ? [{ block }] : places })]);
    }
  }

  /** Blocks that are in flight now, or came into the tables after the snapshot. */
  async #committedSince(): Promise<Set<number>> {
    const { source } = this.#options;
    const now = await source.snapshot();
    const known = new Set([...this.#snapshot.inFlight, ...now.inFlight].map(({ block }) => block));
    for (let from = this.#snapshot.entries; from < now.entries; from += BODIES_AT_ONCE) {
      for (const { type, block } of await this.#reader.bodies(from, Math.min(now.entries, from + BODIES_AT_ONCE))) if (type === ENTRY_TYPES.block) known.add(block);
    }
    return known;
  }

  async #judgeAbsent(removals: Removals): Promise<void> {
    if (this.#absent.length === 0) return;
    const { source } = this.#options;
    const now = await source.snapshot();
    removals.add(await this.#reader.bodiesOfType(ENTRY_TYPES.retention, this.#snapshot.entries, now.entries));
    removals.addPending(now.tail);
    for (const body of this.#absent) {
      const why = removals.explain(body);
      if (why === 'expired') this.#countExpired(body);
      else if (why === 'early') this.#findings.add([finding('retention', `block ${body.block}`, `Block ${body.block} with ${body.rows} spans was removed earlier than the rule allows that is given as the reason.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] })]);
      else if (why === 'ahead') this.#findings.add([finding('retention', `block ${body.block}`, `Block ${body.block} with ${body.rows} spans was removed as too old, by an entry that is dated after what follows it in the log, or after now: by these times it was not old enough. The clock was set ahead for the removal, or set back since.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] })]);
      else this.#findings.add([finding('block-missing', `block ${body.block}`, `All ${body.rows} rows of block ${body.block}, logged as entry ${body.index} at ${new Date(body.time_ms).toISOString()}, are gone, and no entry of retention names them.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] })]);
    }
  }

  async #checkLookUp(checker: BlockChecker, key: readonly [string, string], full: boolean): Promise<void> {
    if (this.#unread.isGone('traces') || this.#unread.isGone('spans')) return;
    this.#tell('look-up');
    const before = await this.#blocksBefore();
    const found = new Set(this.#findings.all.flatMap(({ kind, places }) => (kind === 'log-body' ? [] : places.map(({ block }) => block))));
    // Of a block that the log names and that has no rows, these may be left: they go with their day.
    const isKnown = (block: number): boolean => found.has(block) || (block > 0 && block <= before) || (this.#named.has(block) && !checker.places.has(block)) || (!this.#named.has(block) && this.#mayBeLogged(block));
    const { pause } = this.#options;
    try {
      this.#findings.add(await checkLookUp({ source: this.#options.source, places: checker.places, key, full, isKnown, committedSince: () => this.#committedSince(), pause: async () => pause?.(0) }));
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#unread.addTable('traces', 'It was not compared with the spans.');
    }
  }
}
