/**
 * A policy of an OpenTelemetry Collector's configuration: of what its processors `redaction`, `attributes`, `resource`, `transform` and `filter` take away
 * from traces. On doubt a rule takes away more than the processor did, never less, and what could not be carried over is named. What the Collector leaves
 * alone the default rules look at, as without it.
 */
import { importAttributes } from './attributes.ts';
import { type ConfigNode, isUnreadable, member, readConfig, texts, type Unreadable } from './config-tree.ts';
import { Draft, type LeftOut } from './draft.ts';
import { importFilter } from './filter.ts';
import { policyText } from './policy-text.ts';
import { importRedaction } from './redaction.ts';
import { importTransform } from './transform.ts';

export type { LeftOut } from './draft.ts';
export type { Unreadable } from './config-tree.ts';

export interface Imported {
  /** YAML, a policy without errors. */
  readonly text: string;
  /** Rules that are from the configuration. */
  readonly rules: number;
  readonly left: readonly LeftOut[];
  /** Processors of traces that were not looked at, since they take nothing away from values. */
  readonly passedBy: readonly string[];
}

/** They take something away, and nothing of it was carried over. */
const OTHERS: Readonly<Record<string, string>> = {
  span: 'it makes names of attributes and attributes of names',
  probabilistic_sampler: 'sampling is no matter of a policy',
  tail_sampling: 'sampling is no matter of a policy',
  logstransform: 'there are only traces here',
  schema: 'it renames attributes',
  groupbyattrs: 'it moves attributes to the resource',
};

/** Whole configurations, or the part under `processors` alone. */
export function importCollector(source: string): Imported | Unreadable {
  const config = readConfig(source);
  if (isUnreadable(config)) return config;
  const processors = member(config, 'processors')?.members ?? (member(config, 'service') === undefined ? config.members : null);
  if (processors === null || processors === undefined) return { line: 1, message: 'it has no processors' };
  const draft = new Draft();
  const passedBy: string[] = [];
  for (const name of orderOf(config, processors, draft)) {
    const processor = processors.get(name);
    if (processor === undefined) continue;
    if (!importOne(name, processor, draft)) passedBy.push(name);
  }
  draft.finish();
  return { text: policyText(draft), rules: draft.rules.length, left: draft.left, passedBy };
}

export function isImported(imported: Imported | Unreadable): imported is Imported {
  return 'text' in imported;
}

function importOne(name: string, config: ConfigNode, draft: Draft): boolean {
  const type = name.split('/', 1)[0]!;
  const reason = Object.hasOwn(OTHERS, type) ? OTHERS[type] : undefined;
  if (reason !== undefined) draft.leave({ processor: name, line: config.line }, type, reason);
  else if (type === 'redaction') importRedaction(name, config, draft);
  else if (type === 'attributes') importAttributes(name, config, 'span', draft);
  else if (type === 'resource') importAttributes(name, config, 'resource', draft);
  else if (type === 'transform') importTransform(name, config, draft);
  else if (type === 'filter') importFilter(name, config, draft);
  else return false;
  return true;
}

/** Processors of pipelines of traces, in their order; all of them where there are no pipelines. */
function orderOf(config: ConfigNode, processors: ReadonlyMap<string, ConfigNode>, draft: Draft): readonly string[] {
  const pipelines = [...(member(config, 'service', 'pipelines')?.members ?? [])].filter(([name]) => name.split('/', 1)[0] === 'traces');
  if (member(config, 'service', 'pipelines') === undefined) return [...processors.keys()];
  const lists = pipelines.map(([name, node]) => ({ name, line: node.line, names: texts(member(node, 'processors')).map(({ text }) => text) }));
  for (const { name, line, names } of lists) {
    const others = lists.filter((list) => list.names.join() !== names.join());
    if (others.length > 0) draft.leave({ processor: name, line }, 'pipeline', 'pipelines of traces differ in their processors, and one policy is for all: it does what any of them does');
  }
  return [...new Set(lists.flatMap(({ names }) => names))];
}
