/**
 * A Kubernetes Secret as YAML or JSON, in an apply's output or an audit event: every value of `data` and `stringData` is
 * secret, whatever its name (Kubernetes API, v1 Secret).
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder } from '#scanner/values';

export const kubernetesSecret: Recognizer = {
  id: 'credential.kubernetes-secret',
  kind: 'credential',
  needs: FEATURE.secretWord | FEATURE.colon,
  find(text, _keyClass, mark) {
    if (!/\bkind\\{0,3}["']?\s{0,4}:\s{0,4}\\{0,3}["']?Secret\b/i.test(text)) return;
    for (const block of text.matchAll(YAML_BLOCK)) {
      const lines = block[1] as string;
      markAll(YAML_LINE, lines, block.index + block[0].length - lines.length, mark);
    }
    for (const block of text.matchAll(JSON_BLOCK)) {
      const members = block[1] as string;
      markAll(JSON_MEMBER, members, block.index + block[0].length - members.length, mark);
    }
  },
};

const YAML_BLOCK = /(?:^|\n)[ \t]{0,40}(?:data|stringData):[ \t]{0,8}(?:#[^\n]{0,200})?\r?\n((?:[ \t]{1,40}[^\n]{0,16384}(?:\n|$)){1,200})/g;
const YAML_LINE = /(?:^|\n)[ \t]{1,40}["']?[\w.-]{1,256}["']?:[ \t]{1,8}["']?([^\s"'#|>][^\n"']{0,16383})/g;
const JSON_BLOCK = /\\{0,3}"(?:data|stringData)\\{0,3}"\s{0,8}:\s{0,8}\{([^{}]{1,65536})/g;
const JSON_MEMBER = /\\{0,3}"[^"\\]{1,256}\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"([^"\\]{1,65536})/g;

function markAll(expression: RegExp, text: string, offset: number, mark: (start: number, end: number) => void): void {
  for (const match of text.matchAll(expression)) {
    const value = match[1] as string;
    const start = offset + match.index + match[0].length - value.length;
    if (!isPlaceholder(value.trim())) mark(start, start + value.trimEnd().length);
  }
}
