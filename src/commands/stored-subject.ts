/**
 * What `tracekeep forget` and `tracekeep subject` ask of the server that has the store. Who may open the admin socket owns the data, and leaves a record all the same. Without a
 * server the verb is one, for as long as its questions take.
 */
import type { Config } from '#config';
import type { ExportTold, FoundSubject, Receipt, Subjects } from '#erase';
import { commandLineReader, tenantId, type TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin, type AdminArguments } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { refuseBesideServer, withPassphrase } from './passphrase.ts';
import { note } from './terminal.ts';
import { ensureThreads } from './threads.ts';

/** What verbs need of it. */
export type AskedSubjects = Pick<Subjects, 'find' | 'forget' | 'again' | 'exportPage'>;

export type SubjectQuestion =
  | { readonly ask: 'find'; readonly tenant: TenantId; readonly subject: string }
  | { readonly ask: 'forget'; readonly tenant: TenantId; readonly subject: string; readonly reason: string }
  | { readonly ask: 'export'; readonly tenant: TenantId; readonly subject: string; readonly reason: string; readonly cursor?: string }
  | { readonly ask: 'again'; readonly tenant: TenantId; readonly subject: '' };

/** `resourceSpans`: the list, as JSON. */
export interface ExportedPage {
  readonly resourceSpans: string;
  readonly told: ExportTold;
}

export interface AskSubjects {
  (question: SubjectQuestion & { readonly ask: 'find' }): Promise<FoundSubject | Refusal>;
  (question: SubjectQuestion & { readonly ask: 'forget' }): Promise<Receipt | Refusal>;
  (question: SubjectQuestion & { readonly ask: 'export' }): Promise<ExportedPage | Refusal>;
  /** How many keys. */
  (question: SubjectQuestion & { readonly ask: 'again' }): Promise<number | Refusal>;
}

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** All questions of a verb go to one server. */
/** `opening`: something is to be opened, with the passphrase from that open file where the sealing root is one. */
export async function withSubjects<Done>(config: Config, work: (ask: AskSubjects) => Promise<Done>, opening: { readonly passphraseFd: string | undefined } | null = null): Promise<Done> {
  requireDataDirectory(config.data);
  const path = adminSocketPath(config.data);
  if ((await askAdmin(path, 'ping')) !== NO_SERVER) {
    if (opening !== null) refuseBesideServer(config);
    return work((async (question: SubjectQuestion) => {
      const answer = await askAdmin(path, 'subject', { ...question }).catch((cause: unknown) => {
        throw new Error(question.ask === 'find' || question.ask === 'export' ? 'cannot ask for a person' : 'cannot tell whether all of it is done: run it again, which does what is left', { cause });
      });
      if (answer === NO_SERVER) throw new Error('cannot go on: the server was stopped; run it again, which works without a server as well');
      return answer;
    }) as AskSubjects);
  }
  ensureThreads();
  note('no server is running here: opening the store');
  const { startServer } = await import('#server');
  return withPassphrase(opening === null ? null : config, opening?.passphraseFd, async (passphrase) => {
    const server = await startServer({ ...config, otlpHttp: ANY_PORT, otlpGrpc: ANY_PORT, console: ANY_PORT, workers: 1 }, undefined, passphrase);
    try {
      return await work(((question: SubjectQuestion) => answerSubject(server.subjects, { ...question })) as AskSubjects);
    } finally {
      await server.stop();
    }
  });
}

/** The other side: what a server answers over its admin socket. */
export async function answerSubject(subjects: AskedSubjects, { ask, tenant: name, subject, reason, cursor }: AdminArguments): Promise<FoundSubject | Receipt | ExportedPage | number | Refusal> {
  const tenant = typeof name === 'string' ? tenantId(name) : null;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  if (typeof subject !== 'string') return refuse('query_invalid', 'the subject');
  const reader = commandLineReader(tenant);
  if (ask === 'find') return subjects.find(reader, subject);
  const { COMMAND_LINE } = await import('#control');
  if (ask === 'again') return subjects.again(COMMAND_LINE);
  if (ask === 'export' && typeof reason === 'string' && (cursor === undefined || typeof cursor === 'string')) {
    const page = await subjects.exportPage(reader, { subject, reason, ...(cursor === undefined ? {} : { cursor }) }, COMMAND_LINE);
    if (isRefusal(page)) return page;
    if (page.is === 'asked') return refuse('approval_needs_person');
    const { exportText } = await import('#erase');
    return exportText(page);
  }
  if (ask !== 'forget' || typeof reason !== 'string') return refuse('query_invalid', 'what to do with the subject');
  const forgotten = await subjects.forget(reader, { subject, reason }, COMMAND_LINE);
  // Nobody can ask as the command line: it is no person.
  if (isRefusal(forgotten)) return forgotten;
  return forgotten.is === 'forgotten' ? forgotten.receipt : refuse('approval_needs_person');
}
