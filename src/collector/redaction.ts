/** The redaction processor: a list of keys that are kept, keys and values that are masked, URLs and statements that lose what is special in them. */
import type { Action } from '#policy';
import { type ConfigNode, member, texts, textOf } from './config-tree.ts';
import type { Draft, Origin } from './draft.ts';
import { globsOf } from './key-globs.ts';

const KNOWN: ReadonlySet<string> = new Set(['allow_all_keys', 'allowed_keys', 'ignored_keys', 'ignored_key_patterns', 'redact_all_types', 'blocked_key_patterns', 'blocked_values', 'allowed_values', 'hash_function', 'summary', 'url_sanitizer', 'db_sanitizer']);
/** Attributes that are read as statements of whatever database by themselves. */
const STATEMENTS: ReadonlySet<string> = new Set(['db.statement', 'db.query.text']);

export function importRedaction(name: string, config: ConfigNode, draft: Draft): void {
  const at = (node: ConfigNode | undefined): Origin => ({ processor: name, line: node?.line ?? config.line });
  const of = (key: string): ConfigNode | undefined => member(config, key);
  for (const [key, node] of config.members ?? []) if (!KNOWN.has(key)) draft.leave(at(node), key, 'not known here');
  const ignored = texts(of('ignored_keys'));
  const hash = textOf(of('hash_function'));
  const instead: Action = hash === undefined ? 'replace' : { pseudonymize: { purpose: 'imported' } };
  if (hash !== undefined) draft.remark(at(of('hash_function')), `hash_function: ${hash}`, 'a keyed pseudonym stands instead of the hash: it is another text, and nobody without the key can find values by trying');

  if (of('allow_all_keys')?.value !== true) {
    draft.allow({ origin: at(of('allowed_keys')), places: null, keys: [...texts(of('allowed_keys')), ...ignored].map(({ text }) => text) });
  }
  for (const { text, line } of ignored) draft.remark({ processor: name, line }, `ignored_keys: ${text}`, 'it is kept, but secrets in it are still replaced: a rule with recognized and keep would keep them');
  if ((of('ignored_key_patterns')?.items?.length ?? 0) > 0) draft.leave(at(of('ignored_key_patterns')), 'ignored_key_patterns', 'exceptions by pattern would keep more than is named');

  for (const { text, line } of texts(of('blocked_key_patterns'))) {
    const origin = { processor: name, line };
    const found = globsOf(text);
    if (found === null) draft.leave(origin, text, 'globs with * cannot say it: name the keys');
    else {
      if (found.narrower) draft.leave(origin, text, `keys are told apart by case: taken are ${found.globs.join(', ')}, and no other spelling`);
      if (found.wider) draft.remark(origin, text, `taken as ${found.globs.join(', ')}, which is more`);
      draft.add({ name: `${name} blocked keys`, origin, reason: 'blocked_key_patterns', keys: found.globs, action: instead });
    }
  }
  blockedValues(name, config, draft, instead, ignored.map(({ text }) => text));
  for (const { text, line } of texts(of('allowed_values'))) draft.leave({ processor: name, line }, `allowed_values: ${text}`, 'values that are excepted by what they are would be kept; a rule with keys, recognized and keep can except a key');
  if (of('redact_all_types')?.value === false) draft.remark(at(of('redact_all_types')), 'redact_all_types: false', 'numbers are looked at as well');
  if (of('summary') !== undefined) draft.remark(at(of('summary')), 'summary', 'each span says what was done to it in tracekeep.minimized');
  urlSanitizer(name, of('url_sanitizer'), draft);
  dbSanitizer(name, of('db_sanitizer'), draft);
}

function blockedValues(name: string, config: ConfigNode, draft: Draft, instead: Action, ignored: readonly string[]): void {
  for (const { text, line } of texts(member(config, 'blocked_values'))) {
    const origin = { processor: name, line };
    const kind = draft.recognizer(origin, `${name} blocked value`, text);
    if (kind === null) continue;
    if (ignored.length > 0) draft.add({ name: `${name} ignored keys`, origin, reason: 'ignored_keys', keys: ignored, recognized: [kind], action: 'keep' });
    draft.add({ name: `${name} blocked values`, origin, reason: 'blocked_values', recognized: [kind], action: instead });
  }
}

function urlSanitizer(name: string, node: ConfigNode | undefined, draft: Draft): void {
  if (member(node, 'enabled')?.value !== true) return;
  const origin = { processor: name, line: node!.line };
  const keys = texts(member(node, 'attributes')).map(({ text }) => text);
  if (keys.length === 0) draft.leave(origin, 'url_sanitizer', 'it names no attributes: give a rule with the keys that hold URLs and action: { template: url }');
  else draft.add({ name: `${name} urls`, origin, reason: 'url_sanitizer', keys, action: { template: 'url' } });
  if (member(node, 'sanitize_span_name')?.value !== false) draft.leave(origin, 'url_sanitizer: names of spans', 'a name is no URL alone; instrumentation should name spans by their route');
}

function dbSanitizer(name: string, node: ConfigNode | undefined, draft: Draft): void {
  const systems = [...(node?.members ?? [])].filter(([, system]) => member(system, 'enabled')?.value === true);
  const byKey = new Map<string, string[]>();
  for (const [system, { line, members }] of systems) {
    const keys = texts(members?.get('attributes')).map(({ text }) => text);
    if (keys.length === 0) draft.leave({ processor: name, line }, `db_sanitizer.${system}`, 'it names no attributes; statements in db.query.text and db.statement lose their literals anyway');
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), system]);
  }
  for (const [key, of] of byKey) {
    const origin = { processor: name, line: node!.line };
    if (STATEMENTS.has(key)) draft.remark(origin, `db_sanitizer: ${key}`, 'literals of statements are replaced there by default, in all their languages');
    else if (of.length === 1 && of[0] === 'sql') draft.add({ name: `${name} statements`, origin, reason: 'db_sanitizer.sql', keys: [key], action: { template: 'sql' } });
    else draft.leave(origin, `db_sanitizer: ${key} (${of.join(', ')})`, 'there is a template for SQL; send such statements as db.query.text, where they are understood, or drop the key');
  }
}
