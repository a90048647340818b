/** Policies to begin with, one file each under `presets/`, with the reason beside each rule. They are texts, for people to change; none is legal advice. */
import { readFileSync } from 'node:fs';

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** What it is about, one sentence. */
  readonly about: string;
}

export const PRESETS: readonly Preset[] = [
  { name: 'gdpr', title: 'GDPR', about: 'Regulation (EU) 2016/679: people as pseudonyms, special categories left out, places and networks coarse.' },
  { name: 'pci-dss', title: 'PCI DSS 4.0.1', about: 'Requirements 3 and 8.3.2: no sensitive authentication data, of card numbers at most the last four digits.' },
  { name: 'hipaa', title: 'HIPAA Safe Harbor', about: '45 CFR 164.514(b)(2): the 18 identifiers left out.' },
];

const texts = new Map<string, string>();

/** YAML; null if there is none of this name. */
export function presetText(name: string): string | null {
  if (!PRESETS.some((preset) => preset.name === name)) return null;
  let text = texts.get(name);
  if (text === undefined) texts.set(name, (text = readFileSync(new URL(`./presets/${name}.yaml`, import.meta.url), 'utf8')));
  return text;
}
