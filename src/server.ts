/**
 * Starts the parts in order and stops them in reverse: keys, control data, store, publisher of its log, records, sequencer with its workers, console,
 * receivers.
 * What fails to start takes down what was started before it.
 */
import { join } from 'node:path';
import { createAccess, type Fields } from '#access';
import { AccessPolicies, fieldsOf, ownPolicies, ThreadTextReader } from '#access/policies';
import { createAuthenticator } from '#authenticate';
import { createPasswords, createPeople } from '#authenticate/people';
import { openProvider } from '#authenticate/provider';
import { ShownCertificates } from '#authenticate/shown-certificates';
import { createSignIn, type SignIn } from '#authenticate/sign-in';
import { createWorkloadTokens } from '#authenticate/workload-tokens';
import type { Address, Config, TlsSettings } from '#config';
import { ControlStore } from '#control';
import { Custody, sourceOf as sealingRootOf } from '#custody';
import { KeyDesk } from '#custody/key-desk';
import { ProcessWindows } from '#custody/process-windows';
import { FilterTexts } from '#dry-run/filter-text';
import { trialStarter } from '#dry-run/start-trial';
import { ensureFirstPolicy, LivePolicy } from '#enact/live';
import { Policies } from '#enact';
import { ThreadReader } from '#enact/reader';
import { Findings, type NewFinding, type ReportFinding } from '#findings';
import { deriveKey, openRootKey, Tokens } from '#keys';
import { Subjects } from '#erase';
import { LIMITS } from '#limits';
import { type Meter, startMeter } from '#meter';
import { type Producer, type Secret, type TenantId } from '#model';
import { readRestriction, sealedRules } from '#policy';
import { Publisher, witnessesOf, witnessRefused } from '#publish';
import { createQueries, type Queries } from '#query';
import { startConsole } from '#query/api';
import { AuditPush } from '#query/audit/push';
import { storedMismatch, type EvidencePolicies } from '#query/evidence';
import { createAnswering } from '#query/answering';
import { createVitals, type Listens } from '#query/health';
import type { RequestRecorder } from '#query/recorded';
import { readConsoleFiles } from '#query/pages';
import { recordedFor, subjectsFor, verifiedFor, type VerifiedStore } from '#query/recorded-verbs';
import { type IngestDoor, startReceivers } from '#receive';
import { Records } from '#records';
import { isRefusal, refuse, REFUSALS, refusalText, type Refusal } from '#refusal';
import { SealOpener } from '#reveal/open-seals';
import { Sequencer } from '#sequencer';
import { Store, type StoreEvent } from '#store';
import { ClientTls, Tls, type TlsProblem } from '#tls';
import { readVerifiers, sourceOf, verifyStore } from '#verify';
import { BackgroundVerification, reported } from '#verify/background';
import { PlaceFile } from '#verify/place-file';
import { VERSION } from '#version';

export interface RunningServer {
  /** Where it really listens. */
  readonly addresses: { readonly otlpHttp: Address; readonly otlpGrpc: Address; readonly console: Address };
  /** For the verbs of the command line that ask a running server. */
  readonly queries: Queries;
  readonly publisher: Pick<Publisher, 'status'>;
  /** Makes the links with which people sign in without a password. */
  readonly signIn: Pick<SignIn, 'makeLink' | 'isEmpty'>;
  /** Versions of the policy, and changing it. */
  readonly policies: Policies;
  /** People whose values are sealed. */
  readonly subjects: Pick<Subjects, 'find' | 'forget' | 'again' | 'exportPage'>;
  /** What another process reads to verify the store. */
  readonly verified: VerifiedStore;
  /** Answers what is under way, refuses what comes, writes everything down, closes. */
  stop(): Promise<void>;
}

/** Where a build puts the console; `serve` only reads it. */
const CONSOLE_FOLDER = join(import.meta.dirname, '../console/dist');

/** Failures are named by what failed and the request's id, never by what was in it. */
export type Report = (what: string, failure: unknown) => void;

/** `passphrase`: of the sealing root, where a verb that was given one is a server for one question. */
export async function startServer(config: Config, report: Report = reportLine, passphrase: Secret<Uint8Array> | null = null): Promise<RunningServer> {
  const started: { readonly what: string; readonly stop: () => Promise<void> | void }[] = [];
  let leaving = false;
  const stop = async (): Promise<void> => {
    leaving = true;
    for (const part of started.splice(0).reverse()) {
      try {
        await part.stop();
      } catch (failure) {
        report(`cannot stop the ${part.what}`, failure);
      }
    }
  };
  try {
    const rootKey = openRootKey({ file: config.rootKeyFile, dataDir: config.data });
    const control = await ControlStore.open({ dataDir: config.data, key: deriveKey(rootKey, 'control') });
    started.push({ what: 'control store', stop: () => control.close() });
    await ensureFirstPolicy(control);
    const findings = new Findings(control, { onFailure: (failure) => report('cannot write findings', failure) });
    started.push({ what: 'findings', stop: () => findings.stop() });
    /** What nobody may miss is said on standard error too. */
    const tell: ReportFinding = (finding) => {
      report(`${finding.title}: ${finding.message}`, null);
      findings.report(finding);
    };
    const workloadTokens = createWorkloadTokens(control, { report: (failure) => report('cannot get the keys of an issuer', failure), signInClient: config.oidc });
    const shown = new ShownCertificates();
    const authenticator = createAuthenticator(control, (failure) => report('cannot check credentials', failure), { tokens: workloadTokens, requiresCertificate: config.tls?.clientAuth === 'require', shown });

    const meter = await startMeter({ version: VERSION, environment: process.env });
    started.push({ what: 'meter', stop: () => meter.stop() });
    const tls = config.tls === null ? null : openTls(config.tls, meter, tell, report);
    if (tls !== null) started.push({ what: 'certificates', stop: () => tls.stop() });
    const store = await Store.open({ dataDir: config.data, rootKey, config, logKeys: { folder: config.logKeys, origin: config.logOrigin }, onEvent: (event) => hearStore(event, meter, report) });
    started.push({ what: 'store', stop: () => store.close() });
    const toWitnesses = ClientTls.open({ ca: config.witnessCa, own: config.tls });
    started.push({ what: 'connections to witnesses', stop: () => toWitnesses.stop() });
    const publisher = Publisher.open({
      log: store.log,
      folder: config.logKeys,
      witnesses: witnessesOf(config.witnesses),
      tls: toWitnesses,
      quorum: config.witnessQuorum,
      onWitnessRefused: (refusal) => tell(witnessRefused(refusal)),
      onFailure: report,
    });
    publisher.start();
    // The last checkpoint covers what the store would only log when it closes.
    started.push({ what: 'publisher', stop: () => store.logAccounts().finally(() => publisher.stop()) });
    const records = await Records.start({
      control,
      store,
      key: deriveKey(rootKey, 'records'),
      journal: { directory: join(config.data, 'access'), key: deriveKey(rootKey, 'access') },
      reportFinding: tell,
      onFailure: (failure) => report('cannot write records', failure),
    });
    started.push({ what: 'records', stop: () => records.stop() });
    const policy = LivePolicy.open({ control, log: () => records.carry(), onFailure: (failure) => report('cannot change the policy', failure) });
    const passwords = createPasswords();
    const provider = config.oidc === null ? null : openProvider(config.oidc, { report: (failure) => report('cannot sign somebody in with the provider', failure) });
    const signIn = createSignIn(control, { passwords, provider, requireSecondFactor: config.requireSecondFactor, report: (failure) => report('cannot check a session', failure), failed: (attempt) => records.failedAttempt(attempt) });

    // Nobody can type a passphrase to one that serves: it seals, and opens nothing.
    const unopened = (refusal: Refusal): void => report(`cannot open the sealing root: ${refusalText(refusal)}`, null);
    const custody = new Custody({ control, source: sealingRootOf(config, passphrase), hear: unopened });
    const windows = new ProcessWindows({ control, custody, over: (hour) => sequencer.windowsOver(hour) });
    started.push({ what: 'window keys', stop: () => windows.stop() });
    const keys = new KeyDesk({
      control,
      custody: new Custody({ control, source: sealingRootOf(config, null), hear: unopened, atOnce: LIMITS.rewrap_windows_at_once_in_server }),
      sealing: config.sealing,
      onFailure: (failure) => report('cannot put windows under another version of their key', failure),
    });
    started.push({ what: 'keys', stop: () => keys.stop() });
    const sequencer = new Sequencer(store, {
      workers: config.workers,
      digestKey: deriveKey(rootKey, 'digest'),
      pseudonymKey: deriveKey(rootKey, 'pseudonyms'),
      policy: policy.current,
      sealing: { tokenKey: deriveKey(rootKey, 'tokens'), windows, subjectKeys: control },
      events: {
        accounted: (account) => meter.accounted(account),
        waited: (ms) => meter.waited(ms),
        committed: (rows, ms) => meter.committed(rows, ms),
        found: findings.report,
        failed: report,
      },
    });
    started.push({ what: 'sequencer', stop: () => sequencer.drain() });
    await workersUp(sequencer);
    await policy.start(sequencer);
    started.push({ what: 'policy', stop: () => policy.stop() });
    const reader = new ThreadReader();
    started.push({ what: 'reader of policies', stop: () => reader.stop() });
    const policies = new Policies({ control, approval: config.policyApproval, live: policy, reader });
    const filters = new FilterTexts(() => policy.current, deriveKey(rootKey, 'pseudonyms'));
    const recorder: RequestRecorder = { record: (read) => records.record(read), digestOf: (text) => records.digestOf(text), minimized: (tenant, values) => filters.minimize(tenant, values) };
    const minimizedReason = (tenant: TenantId, reason: string): string | null => filters.minimize(tenant, [['reason', reason]])?.[0]?.[1] ?? null;
    const admit = (): Refusal | null => policy.admit() ?? sequencer.admit();

    const integrity = verification(config, store, control, rootKey, findings, (failure) => report('cannot verify the store in the background', failure));
    await integrity.start();
    started.push({ what: 'verification', stop: () => integrity.stop() });

    const ready = async (): Promise<Refusal | null> => (leaving ? refuse('draining') : admit());
    let listens: Listens | null = null;
    let inFlight = (): { readonly requests: number; readonly bytes: number } => ({ requests: 0, bytes: 0 });
    const fields = (): Fields => fieldsOf(policy.current);
    const access = createAccess({ own: ownPolicies(control), fields, unusable: (tenant) => tell(unusablePolicies(tenant)) });
    const texts = new ThreadTextReader();
    started.push({ what: 'reader of access policies', stop: () => texts.stop() });
    const tokens = new Tokens(deriveKey(rootKey, 'tokens'));
    const queries = createQueries({
      access,
      store,
      tokens,
      producers: async (tenant) => (await control.listProducers(tenant)).map(({ id, name }) => ({ id, name })),
      evidence: {
        native: (sql) => store.engine.queryNative(sql),
        log: store.log,
        keys: [...store.log.vkeys(), ...config.witnesses.map(({ key }) => key)],
        published: () => publisher.published,
        policies: policiesOf(policy),
        onMismatch: (mismatch) => findings.report(storedMismatch(mismatch)),
      },
      audit: { flush: () => records.flush(), size: () => store.log.size },
      reveal: { opener: new SealOpener({ control, custody }), control, minimized: minimizedReason, report: findings.report },
      log: { log: store.log, publisher, public: config.logPublic },
      policy: () => policy.current,
      startTrial: trialStarter(() => policy.current, deriveKey(rootKey, 'pseudonyms')),
    });
    if (config.auditPush !== null && queries.audit !== null) {
      const push = new AuditPush({
        audit: queries.audit, ...config.auditPush, place: { file: join(config.data, 'pushed'), key: deriveKey(rootKey, 'pushed') }, reportFinding: tell, onFailure: (failure) => report('cannot push records', failure),
      });
      push.start();
      started.push({ what: 'push of records', stop: () => push.stop() });
    }
    const subjects = new Subjects({
      answering: createAnswering({ access, store }), control, opener: new SealOpener({ control, custody }), tokens, store, log: store.log, workers: sequencer, carry: () => records.carry(), policy: () => policy.current.document, approval: config.forgetApproval, minimized: minimizedReason,
    });
    await subjects.finish();
    const webConsole = await startConsole({
      address: config.console,
      consoleUrl: config.consoleUrl,
      tls,
      queries,
      authenticator,
      access,
      signIn,
      administration: { control, shown, people: createPeople(control, passwords) },
      findings,
      policies,
      accessPolicies: new AccessPolicies(control, texts, fields),
      keys: { desk: keys, sealed: (tenant) => sealedRules(policy.current.document, tenant) },
      glass: { control, minimized: minimizedReason, report: tell },
      approvals: { control },
      subjects,
      integrity,
      records: recorder,
      pages: readConsoleFiles(CONSOLE_FOLDER),
      metricsText: () => meter.text(),
      ready,
      vitals: createVitals({ version: VERSION, ready, listens: () => listens, inFlight: () => inFlight(), store, meter, tls, config }),
      onFailure: (request, sentence) => report(`cannot answer query ${request}: ${sentence}`, null),
    });
    started.push({
      what: 'console',
      stop: () => {
        store.drainQueries();
        return webConsole.stop();
      },
    });

    const tellRefused = (sender: Producer | Refusal): Producer | Refusal => {
      if (isRefusal(sender) && [401, 403].includes(REFUSALS[sender.refused].http)) records.refusedSender(sender.refused);
      return sender;
    };
    const door: IngestDoor<Producer> = {
      authenticate(authorization, peer) {
        const known = authenticator.producer(authorization, peer);
        return known instanceof Promise ? known.then(tellRefused) : tellRefused(known);
      },
      admit,
      submit: (producer, body, encoding) => sequencer.submit(producer, body, encoding),
    };
    const receivers = await startReceivers({
      http: config.otlpHttp,
      grpc: config.otlpGrpc,
      door,
      meter,
      tls,
      report: (failure, request) => report(`cannot answer request ${request}`, failure),
    });
    started.push({ what: 'receivers', stop: () => receivers.stop() });
    inFlight = () => receivers.inFlight();
    listens = { otlpHttp: receivers.addresses.http, otlpGrpc: receivers.addresses.grpc };
    watch(meter, store, inFlight);
    meter.watch('logEntries', () => store.log.size);
    meter.watch('logPublished', () => publisher.published?.size ?? 0);
    meter.watch('witnessesBehind', () => publisher.status().witnesses.filter(({ state }) => state === 'failing' || state === 'refused').length);
    meter.watch('recordsWaiting', () => records.waiting);
    meter.watch('findingsDropped', () => findings.dropped);
    return { addresses: { otlpHttp: receivers.addresses.http, otlpGrpc: receivers.addresses.grpc, console: webConsole.address }, queries: recordedFor(recorder, queries), publisher, signIn, policies, subjects: subjectsFor(recorder, subjects), verified: verifiedFor(recorder, store, control), stop };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** Whoever applies policies has them checked: this is another version of the program, or a damaged database. */
function unusablePolicies(tenant: TenantId): NewFinding {
  return {
    tenant,
    analytic: { uid: 'access.policies', name: 'Access policies of a tenant', type_id: 1 },
    subject: 'unusable',
    severity_id: 5,
    title: 'The access policies of a tenant cannot be used',
    message: 'Everything in this tenant is denied, except on the command line: tracekeep access show prints them, tracekeep access apply or revert puts others in force.',
  };
}

const TLS_TITLES: Readonly<Record<TlsProblem, string>> = { unusable: 'The new certificate of the server cannot be used', ending: 'The certificate of the server ends soon', version: 'An older version of TLS is spoken' };

/** Opens certificate and key; what becomes of them later is told, by files and dates. */
function openTls(settings: TlsSettings, meter: Meter, tell: ReportFinding, report: Report): Tls {
  return Tls.open(settings, {
    connected: (listener, { version, group }) => meter.connected(listener, version, group),
    failed: (listener, reason) => meter.handshakeFailed(listener, reason),
    problem: (what, message, failure) => {
      if (failure !== null) report('cannot use the changed certificate', failure);
      tell({ tenant: null, analytic: { uid: 'tls.certificate', name: 'TLS of the server', type_id: 1 }, subject: what, severity_id: what === 'unusable' ? 4 : 3, title: TLS_TITLES[what], message, evidences: [], resources: [] });
    },
  });
}

/** Compares what is stored with the log, pass after pass, when nobody needs the machine. */
function verification(config: Config, store: Store, control: ControlStore, rootKey: Secret<Uint8Array>, findings: Findings, failed: (failure: unknown) => void): BackgroundVerification {
  const source = sourceOf(store, store.engine, control);
  const verifiers = readVerifiers(store.log.vkeys());
  if ('unreadable' in verifiers) throw new Error('cannot read the keys of the log');
  return new BackgroundVerification({
    verify: (controls) => verifyStore({ source, logDirectory: join(config.data, 'log'), verifiers, restrictsOf: (policy) => readRestriction(policy).restricts, kept: [], ...controls }),
    file: new PlaceFile(join(config.data, 'verified'), deriveKey(rootKey, 'verified')),
    found: (finding) => findings.report(reported(finding)),
    log: (entry) => store.commit({ blocks: [], requests: [], entries: [entry] }),
    isBusy: () => store.pendingRows > BUSY_ROWS,
    failed,
    shares: { idle: LIMITS.background_verify_share, busy: LIMITS.background_verify_busy_share, asked: LIMITS.background_verify_asked_share },
    times: { first_ms: LIMITS.background_verify_first_ms, pause_ms: config.verifyEvery_ms, retry_ms: LIMITS.background_verify_retry_ms, saved_ms: LIMITS.background_verify_saved_ms },
  });
}

/** Rows that wait for the engine: with more, somebody sends in earnest. */
const BUSY_ROWS = 4_096;

/** That which is in force, and how to read those before it. */
function policiesOf(policy: LivePolicy): EvidencePolicies {
  return {
    get digest() {
      return policy.current.digest;
    },
    get restricted() {
      return policy.current.restricted;
    },
    get restricts() {
      return policy.current.restricts;
    },
    read: readRestriction,
  };
}

/** A worker that does not come up within this time never will. */
const WORKERS_MS = 60_000;

async function workersUp(sequencer: Sequencer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // Not AbortSignal.timeout, which does not keep the process: nothing else may be running yet.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('cannot start the pipeline workers')), WORKERS_MS);
  });
  await Promise.race([sequencer.ready(), late]).finally(() => clearTimeout(timer));
}

function watch(meter: Meter, store: Store, inFlight: () => { readonly requests: number; readonly bytes: number }): void {
  meter.watch('requestsInFlight', () => inFlight().requests);
  meter.watch('bytesInFlight', () => inFlight().bytes);
  meter.watch('pendingRows', () => store.pendingRows);
  meter.watch('diskFree', () => store.health().diskFreeBytes);
  meter.watch('diskUsed', () => store.health().dataBytes);
}

function hearStore(event: StoreEvent, meter: Meter, report: Report): void {
  if (event.is === 'failed') report(`cannot finish the ${event.what}`, event.error);
  else if (event.is === 'set_aside') report(`block ${event.block} with ${event.rows} spans cannot be stored and is kept in set-aside/: please report this as a bug`, event.error);
  else if (event.is === 'flushed') meter.flushed(event.rows, event.took_ms);
}

function reportLine(what: string, failure: unknown): void {
  const reasons = reasonsOf(failure);
  process.stderr.write(`${new Date().toISOString()} ${what}${reasons === '' ? '' : `: ${reasons}`}\n`);
}

/**
 * Why, without payload: our own messages (`cannot …`) carry none, those of libraries and of the engine may quote what they failed on and are
 * named by their code or class alone.
 */
export function reasonsOf(failure: unknown): string {
  const reasons: string[] = [];
  for (let error = failure, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error.message.startsWith('cannot ')) reasons.push(error.message);
    else reasons.push('code' in error && typeof error.code === 'string' ? error.code : error.name);
  }
  return reasons.join(', because: ').replace(/[\0-\x1f\x7f-\x9f]/g, ' ');
}
