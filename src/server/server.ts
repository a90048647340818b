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
import type { Address, Config } from '#config';
import { ControlStore } from '#control';
import { FilterTexts } from '#dry-run/filter-text';
import { trialStarter } from '#dry-run/start-trial';
import { ensureFirstPolicy, LivePolicy } from '#enact/live';
import { Policies } from '#enact';
import { ThreadReader } from '#enact/reader';
import { Findings, type NewFinding, type ReportFinding } from '#findings';
import { deriveKey, openRootKey, Tokens } from '#keys';
import { Subjects } from '#erase';
import { startMeter } from '#meter';
import type { Secret, TenantId } from '#model';
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
import { Records } from '#records';
import { refuse, type Refusal } from '#refusal';
import { SealOpener } from '#reveal/open-seals';
import { Store } from '#store';
import { ClientTls } from '#tls';
import { VERSION } from '#version';
import { openTls } from './certificates.ts';
import { reportLine, type Report } from './failure-text.ts';
import { startIngest } from './ingest.ts';
import { Parts } from './parts.ts';
import { startPipeline } from './pipeline-parts.ts';
import { hearStore, watchStore } from './store-events.ts';
import { verification } from './verification.ts';

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
const CONSOLE_FOLDER = join(import.meta.dirname, '../../console/dist');

/** `passphrase`: of the sealing root, where a verb that was given one is a server for one question. */
export async function startServer(config: Config, report: Report = reportLine, passphrase: Secret<Uint8Array> | null = null): Promise<RunningServer> {
  const parts = new Parts(report);
  try {
    const rootKey = openRootKey({ file: config.rootKeyFile, dataDir: config.data });
    const control = await ControlStore.open({ dataDir: config.data, key: deriveKey(rootKey, 'control') });
    parts.add('control store', () => control.close());
    await ensureFirstPolicy(control);
    const findings = new Findings(control, { onFailure: (failure) => report('cannot write findings', failure) });
    parts.add('findings', () => findings.stop());
    /** What nobody may miss is said on standard error too. */
    const tell: ReportFinding = (finding) => {
      report(`${finding.title}: ${finding.message}`, null);
      findings.report(finding);
    };
    const workloadTokens = createWorkloadTokens(control, { report: (failure) => report('cannot get the keys of an issuer', failure), signInClient: config.oidc });
    const shown = new ShownCertificates();
    const authenticator = createAuthenticator(control, (failure) => report('cannot check credentials', failure), { tokens: workloadTokens, requiresCertificate: config.tls?.clientAuth === 'require', shown });

    const meter = await startMeter({ version: VERSION, environment: process.env });
    parts.add('meter', () => meter.stop());
    const tls = config.tls === null ? null : openTls(config.tls, meter, tell, report);
    if (tls !== null) parts.add('certificates', () => tls.stop());
    const store = await Store.open({ dataDir: config.data, rootKey, config, logKeys: { folder: config.logKeys, origin: config.logOrigin }, onEvent: (event) => hearStore(event, meter, report) });
    parts.add('store', () => store.close());
    const toWitnesses = ClientTls.open({ ca: config.witnessCa, own: config.tls });
    parts.add('connections to witnesses', () => toWitnesses.stop());
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
    parts.add('publisher', () => store.logAccounts().finally(() => publisher.stop()));
    const records = await Records.start({
      control,
      store,
      key: deriveKey(rootKey, 'records'),
      journal: { directory: join(config.data, 'access'), key: deriveKey(rootKey, 'access') },
      reportFinding: tell,
      onFailure: (failure) => report('cannot write records', failure),
    });
    parts.add('records', () => records.stop());
    const policy = LivePolicy.open({ control, log: () => records.carry(), onFailure: (failure) => report('cannot change the policy', failure) });
    const passwords = createPasswords();
    const provider = config.oidc === null ? null : openProvider(config.oidc, { report: (failure) => report('cannot sign somebody in with the provider', failure) });
    const signIn = createSignIn(control, { passwords, provider, requireSecondFactor: config.requireSecondFactor, report: (failure) => report('cannot check a session', failure), failed: (attempt) => records.failedAttempt(attempt) });

    const { custody, keys, sequencer } = await startPipeline({ config, rootKey, passphrase, control, store, policy: policy.current, meter, findings, report, parts });
    await policy.start(sequencer);
    parts.add('policy', () => policy.stop());
    const reader = new ThreadReader();
    parts.add('reader of policies', () => reader.stop());
    const policies = new Policies({ control, approval: config.policyApproval, live: policy, reader });
    const filters = new FilterTexts(() => policy.current, deriveKey(rootKey, 'pseudonyms'));
    const recorder: RequestRecorder = { record: (read) => records.record(read), digestOf: (text) => records.digestOf(text), minimized: (tenant, values) => filters.minimize(tenant, values) };
    const minimizedReason = (tenant: TenantId, reason: string): string | null => filters.minimize(tenant, [['reason', reason]])?.[0]?.[1] ?? null;
    const admit = (): Refusal | null => policy.admit() ?? sequencer.admit();

    const integrity = verification(config, store, control, rootKey, findings, (failure) => report('cannot verify the store in the background', failure));
    await integrity.start();
    parts.add('verification', () => integrity.stop());

    const ready = async (): Promise<Refusal | null> => (parts.leaving ? refuse('draining') : admit());
    let listens: Listens | null = null;
    let inFlight = (): { readonly requests: number; readonly bytes: number } => ({ requests: 0, bytes: 0 });
    const fields = (): Fields => fieldsOf(policy.current);
    const access = createAccess({ own: ownPolicies(control), fields, unusable: (tenant) => tell(unusablePolicies(tenant)) });
    const texts = new ThreadTextReader();
    parts.add('reader of access policies', () => texts.stop());
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
      parts.add('push of records', () => push.stop());
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
    parts.add('console', () => {
      store.drainQueries();
      return webConsole.stop();
    });

    const receivers = await startIngest({ config, authenticator, admit, sequencer, records, meter, tls, report });
    parts.add('receivers', () => receivers.stop());
    inFlight = () => receivers.inFlight();
    listens = { otlpHttp: receivers.addresses.http, otlpGrpc: receivers.addresses.grpc };
    watchStore(meter, store, inFlight);
    meter.watch('logEntries', () => store.log.size);
    meter.watch('logPublished', () => publisher.published?.size ?? 0);
    meter.watch('witnessesBehind', () => publisher.status().witnesses.filter(({ state }) => state === 'failing' || state === 'refused').length);
    meter.watch('recordsWaiting', () => records.waiting);
    meter.watch('findingsDropped', () => findings.dropped);
    return { addresses: { otlpHttp: receivers.addresses.http, otlpGrpc: receivers.addresses.grpc, console: webConsole.address }, queries: recordedFor(recorder, queries), publisher, signIn, policies, subjects: subjectsFor(recorder, subjects), verified: verifiedFor(recorder, store, control), stop: () => parts.stop() };
  } catch (failure) {
    await parts.stop();
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
