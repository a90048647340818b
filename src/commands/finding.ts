/** `tracekeep finding`: what verification, witnesses and detection found, and what people decided about it. Reads the control data itself, so a server may run or not. */
import { Command, Option } from 'commander';

import type { Evidence, FindingRecord, StatusId } from '#control';
import { LIMITS } from '#limits';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings } from './options.ts';
import { printable, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

const SEVERITIES = { informational: 1, low: 2, medium: 3, high: 4, critical: 5, fatal: 6 } as const;
const CLOSINGS = { resolved: 4, archived: 5, suppressed: 3 } as const;
const OPEN: readonly StatusId[] = [1, 2, 3];

export function findingCommand(): Command {
  const finding = new Command('finding').description('what was found: tampering, refused checkpoints, forged spans');
  for (const verb of [listCommand(), showCommand(), closeCommand()]) finding.addCommand(verb);
  return finding;
}

function listCommand(): Command {
  const command = new Command('list').description('show findings that are not closed, those seen last first').option('--all', 'the closed ones too').option('--tenant <NAME>', 'only this tenant, and what concerns all');
  command.addOption(new Option('--severity <LEVEL>', 'at least so severe').choices(Object.keys(SEVERITIES))).option('--analytic <UID>', 'only what this one found').option('--json', 'for machines: events of OCSF Detection Finding');
  type Given = { readonly all?: boolean; readonly tenant?: string; readonly severity?: keyof typeof SEVERITIES; readonly analytic?: string; readonly json?: boolean };
  return withSettings(command, PLACE).action(async ({ all, tenant, severity, analytic, json }: Given) => {
    const filter = {
      limit: LIMITS.findings_max, ...(all === true ? {} : { status_id: OPEN }), ...(tenant === undefined ? {} : { tenant: readTenant(tenant) }),
      ...(severity === undefined ? {} : { severity_id: SEVERITIES[severity] }), ...(analytic === undefined ? {} : { analytic }),
    };
    const findings = await withExistingControl(await settingsOf(command), async (control) => control.listFindings(filter));
    const { SEVERITY_NAMES, STATUS_NAMES, ocsfFinding } = await import('#findings/ocsf');
    if (json === true) return print(JSON.stringify(findings.map(ocsfFinding), null, 2));
    if (findings.length === 0) return note(all === true ? 'there are no findings' : 'there are no open findings; --all shows the closed ones');
    const rows = findings.map(({ uid, severity_id, status_id, last, count, tenant: of, title }) => [uid, SEVERITY_NAMES[severity_id], STATUS_NAMES[status_id], timeText(last), String(count), of ?? '(all)', title]);
    print(tableText(['ID', 'SEVERITY', 'STATUS', 'LAST SEEN', 'COUNT', 'TENANT', 'TITLE'], rows));
  });
}

function showCommand(): Command {
  const command = new Command('show').description('show one finding with its places').argument('<ID>', 'f_ and 16 hexadecimal digits').option('--json', 'for machines: an event of OCSF Detection Finding');
  return withSettings(command, PLACE).action(async (uid: string, { json }: { readonly json?: boolean }) => {
    const finding = await withExistingControl(await settingsOf(command), async (control) => control.findFinding(null, readUid(uid)));
    if (finding === null) throw new OperatorError(`cannot find the finding ${uid}: "tracekeep finding list --all" shows those there are`);
    const { SEVERITY_NAMES, STATUS_NAMES, ocsfFinding } = await import('#findings/ocsf');
    if (json === true) return print(JSON.stringify(ocsfFinding(finding), null, 2));
    print(textOf(finding, SEVERITY_NAMES[finding.severity_id], STATUS_NAMES[finding.status_id]));
  });
}

function closeCommand(): Command {
  const command = new Command('close').description('close a finding; if it happens again, it is open again').argument('<ID>', 'f_ and 16 hexadecimal digits');
  command.addOption(new Option('--as <STATUS>', 'suppressed: it stays in the list and is only counted').choices(Object.keys(CLOSINGS)).default('resolved')).option('--comment <TEXT>', 'why', '');
  return withSettings(command, PLACE).action(async (uid: string, options: { readonly as: keyof typeof CLOSINGS; readonly comment: string }) => {
    const { as, comment } = options;
    if (comment.length > LIMITS.finding_text_characters_max) throw new OperatorError(`cannot take the comment: it is longer than ${LIMITS.finding_text_characters_max} characters`, 2);
    const finding = orFail(await withExistingControl(await settingsOf(command), (control) => control.changeFinding({ tenant: null, uid: readUid(uid) }, { status_id: CLOSINGS[as], comment })));
    note(`finding ${finding.uid} is ${as}`);
  });
}

function readUid(text: string): string {
  if (!/^f_[0-9a-f]{16}$/.test(text)) throw new OperatorError('cannot read the id of a finding: it is f_ and 16 hexadecimal digits', 2);
  return text;
}

function textOf({ uid, title, message, tenant, analytic, count, first, last, evidences, resources, changed }: FindingRecord, severity: string, status: string): string {
  const lines = [
    ['finding', uid], ['title', title], ['', message], ['severity', severity], ['status', status], ['tenant', tenant ?? '(all)'], ['analytic', `${analytic.uid} (${analytic.name})`],
    ['seen', `${count} times, first ${timeText(first)}, last ${timeText(last)}`],
    ...resources.map(({ type, uid: of, name }) => ['about', `${type} ${name ?? of}`]),
    ...evidences.map((evidence) => ['place', placeOf(evidence)]),
    ...(changed === null ? [] : [['changed', `${timeText(changed.time)} by ${'name' in changed.by ? changed.by.name : changed.by.is}${changed.comment === '' ? '' : `: ${changed.comment}`}`]]),
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(9)} ${printable(text)}`.trimEnd()).join('\n');
}

function placeOf({ block, row, entry, trace_id, span_id, producer_id }: Evidence): string {
  const parts = [['entry', entry], ['block', block], ['row', row], ['trace', trace_id], ['span', span_id], ['producer', producer_id]];
  return parts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${value}`).join(', ');
}
