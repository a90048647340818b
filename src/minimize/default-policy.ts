/**
 * The policy in force where nobody configured one. Everything that is recognized goes; addresses of people's machines keep
 * their network, which is what most uses of them need. Restricted is what may be personal or free text.
 */
import type { Policy } from './policy.ts';

export const DEFAULT_POLICY: Policy = {
  version: 1,
  rules: [
    { kinds: ['ip'], action: 'shorten', note: 'IPv4 to /24, IPv6 to /48' },
    { kinds: ['literal'], action: 'replace', note: 'the statement stays readable with ? for each literal' },
    { action: 'replace', note: 'everything else that is recognized' },
  ],
  restricted: [
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
  ],
};
