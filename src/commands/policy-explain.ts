/** `tracekeep policy explain`: which rule decides about a value, and which others would have. */
import { Command, Option } from 'commander';

import { ATTRIBUTE_PLACES, PLACES, SHARED_PLACES, SPAN_KINDS, VALUE_TYPES } from '#policy';
import type { Action, CompiledPolicy, Place, SpanKind, ValueType, Where } from '#policy';
import type { Explanation } from '#policy/explain';
import type { Kind } from '#scanner/recognizer';

import { OperatorError } from './operator-error.ts';
import { PLACE, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { policyInForce, policyOfFile } from './policy-in-force.ts';
import { printable } from './table.ts';
import { print } from './terminal.ts';

interface ExplainOptions {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  readonly span: SpanKind;
  readonly place: Place;
  readonly key?: string;
  readonly kind?: string;
  readonly type: ValueType;
  readonly json?: boolean;
}

export function policyExplainCommand(): Command {
  const command = new Command('explain').description('say which rule decides about a value, and which others would have').argument('[FILE]', 'the policy, YAML or JSON (default: the one in force)');
  command.requiredOption('--service <NAME>', 'whose spans').option('--key <KEY>', 'the attribute').option('--kind <KIND>', 'what is recognized in the value: email, card … (default: the whole value is asked about)');
  command.addOption(new Option('--place <PLACE>', 'where in the record').choices(PLACES).default('span'));
  command.addOption(new Option('--span <KIND>', 'the kind of span').choices(SPAN_KINDS).default('internal'));
  command.addOption(new Option('--type <TYPE>', 'of the value').choices(VALUE_TYPES).default('string')).option('--environment <NAME>', 'deployment.environment.name of the resource', '').option('--json', 'for machines');
  command.addHelpText('after', '\nExample: tracekeep policy explain policy.yaml --service payments-eu --key user.id --kind email');
  return withSettings(withTenant(command), PLACE).action(async (file: string | undefined, options: ExplainOptions) => {
    if (options.key === undefined && ATTRIBUTE_PLACES.has(options.place)) throw new OperatorError(`say which attribute: --key KEY (or a text that is none: --place span-name)`, 2);
    const policy = file === undefined ? (await policyInForce(await settingsOf(command))).policy : await policyOfFile(file);
    const kind = await kindOf(options.kind, policy);
    const { explain } = await import('#policy/explain');
    const where: Where = { tenant: readTenant(options.tenant), service: options.service, environment: options.environment, spanKind: SHARED_PLACES.has(options.place) ? null : options.span, place: options.place };
    const explanation = explain(policy.document, where, options.key ?? '', kind, options.type);
    print(options.json === true ? JSON.stringify(jsonOf(explanation), null, 2) : textOf(explanation, options));
  });
}

async function kindOf(name: string | undefined, { recognizers }: CompiledPolicy): Promise<Kind | null> {
  if (name === undefined) return null;
  const { KINDS } = await import('#scanner/recognizer');
  const kinds: readonly string[] = [...KINDS, ...recognizers.map(({ id }) => id)];
  if (!kinds.includes(name)) throw new OperatorError(`cannot read --kind: there are ${kinds.join(', ')}`, 2);
  return name as Kind;
}

function jsonOf({ by, rule, action, others, wholeRule, roles }: Explanation): object {
  return { by, rule: rule?.id ?? null, action, others: others.map((other) => ({ rule: other.id, action: other.action })), wholeRule: wholeRule === null ? null : { rule: wholeRule.id, action: wholeRule.action }, ...(roles === null ? {} : { roles }) };
}

function textOf({ by, rule, action, others, wholeRule, roles }: Explanation, { service, place, key, kind, type }: ExplainOptions): string {
  const what = ATTRIBUTE_PLACES.has(place) ? `the ${type} ${key} of the ${place}` : `the text ${place}`;
  const lines = [`${kind === undefined ? '' : `${kind} in `}${what}, service ${service}:`, ''];
  const about = by === 'whole' ? 'the whole value' : 'the recognized part';
  lines.push(`  ${actionText(action)}   ${rule === null ? `no rule names ${about}` : `${rule.id} decides about ${about}`}`);
  if (rule?.reason !== undefined) lines.push(`  because   ${rule.reason}`);
  if (by === 'whole' && kind !== undefined) lines.push('  so nothing that is recognized in it is looked at');
  if (wholeRule !== null) lines.push(`  ${actionText(wholeRule.action)}   ${wholeRule.id} then acts on the whole value`);
  if (roles !== null) lines.push(`  restrict   what is stored is shown to ${roles.length === 0 ? 'nobody: no role is named by all rules that restrict it' : `${roles.join(', ')} alone`}`);
  if (others.length > 0) lines.push('', 'Without it these would have decided, the first of them:', ...others.map((other) => `  ${actionText(other.action)}   ${other.id}`));
  return lines.map(printable).join('\n');
}

/** As in the policy, in a line. */
function actionText(action: Action): string {
  return typeof action === 'string' ? action : JSON.stringify(action).replaceAll('"', '').replaceAll(':', ': ').replaceAll(',', ', ').replaceAll('{', '{ ').replaceAll('}', ' }').replace(/^\{ | \}$/g, '');
}
