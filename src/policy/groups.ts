/**
 * Groups of attributes as the semantic conventions have them: the namespace, and earlier names of what stands in it now. A group of any
 * other name is the namespace of that name.
 */

/** Keys that begin with another namespace or had another name; `x.*` takes the whole namespace. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  http: ['http.*', 'url.*', 'user_agent.*'],
  db: ['db.*', 'sql.*'],
  user: ['user.*', 'enduser.*'],
  client: ['client.*', 'source.*', 'http.client_ip', 'net.peer.*', 'network.peer.*'],
  network: ['network.*', 'net.*', 'server.*', 'client.*', 'source.*', 'destination.*'],
  exception: ['exception.*', 'error.*'],
  gen_ai: ['gen_ai.*', 'llm.*', 'traceloop.*'],
  messaging: ['messaging.*', 'message.*'],
  rpc: ['rpc.*', 'grpc.*'],
  process: ['process.*', 'thread.*', 'code.*'],
  headers: ['http.request.header.*', 'http.response.header.*', 'rpc.request.metadata.*', 'rpc.response.metadata.*'],
};

export const GROUP_NAME = /^[a-z][a-z0-9_.]{0,63}$/;

/** The keys of a group, with `*`. */
export function keysOfGroup(group: string): readonly string[] {
  return ALSO[group] ?? [`${group}.*`];
}

export function inGroup(group: string, key: string): boolean {
  return keysOfGroup(group).some((glob) => (glob.endsWith('*') ? key.startsWith(glob.slice(0, -1)) : key === glob));
}

/** Groups whose members go beyond their namespace; for help and completion. */
export const NAMED_GROUPS: readonly string[] = Object.keys(ALSO);
