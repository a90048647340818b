/**
 * The policy in force where nobody configured one. Everything that is recognized goes; addresses of people's machines keep
 * their network, which is what most uses of them need. Restricted is what may be personal or free text.
 */
import type { PolicyDocument, Rule } from './document.ts';

/** Also of every policy whose text says nothing of it: what is left out must not lay anything open. */
export const DEFAULT_RESTRICTED: readonly string[] = [
  // Who it was about.
  'user.*', 'enduser.*', 'client.*',
  // What was asked of a database or another service, and what was answered.
  'db.query.text', 'db.query.parameter.*', 'db.statement', 'graphql.document', 'messaging.*.message.key',
  'http.target', 'http.url', 'url.full', 'url.query',
  'http.request.body.*', 'http.request.header.*', 'http.response.body.*', 'http.response.header.*', 'rpc.request.metadata.*', 'rpc.response.metadata.*',
  // Texts of programs, which may quote anything.
  'exception.message', 'exception.stacktrace', 'process.command_args', 'process.command_line', 'status.message',
  // What people and models said to each other.
  'gen_ai.completion*', 'gen_ai.content.*', 'gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.prompt*', 'gen_ai.retrieval.documents', 'gen_ai.retrieval.query.text', 'gen_ai.system_instructions',
  'gen_ai.tool.call.arguments', 'gen_ai.tool.call.result',
];

export const DEFAULT_POLICY: PolicyDocument & { readonly rules: readonly Rule[] } = {
  version: 2,
  rules: [
    { id: 'addresses-keep-their-network', reason: 'where a request came from matters, which machine it was does not', recognized: ['ip'], action: { generalize: { network: { v4: 24, v6: 48 } } } },
    { id: 'everything-recognized', reason: 'secrets and personal data; statements stay readable with ? for each literal', recognized: 'any', action: 'replace' },
  ],
  restricted: DEFAULT_RESTRICTED,
};
