/**
 * Credentials on command lines that no name announces: `curl -u user:password`, `mysql -psecret`, `redis-cli -a …`,
 * `sshpass -p …`, `docker login -p …`, and the `machine … login … password …` of `.netrc`.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder, isReplaced } from '#scanner/values';

export const commandLine: Recognizer = {
  id: 'password.command-line',
  kind: 'password',
  needs: FEATURE.schemeWord,
  find(text, _keyClass, mark) {
    for (const rule of RULES) {
      if (!rule.program.test(text)) continue;
      for (const match of text.matchAll(rule.argument)) {
        const value = match.at(-1) as string;
        const start = match.index + match[0].length - value.length;
        if (rule.isUserAndPassword) markUserAndPassword(value, start, mark);
        else if (!isReplaced(value) && !isPlaceholder(value)) mark(start, start + value.length);
      }
    }
  },
};

interface Rule {
  readonly program: RegExp;
  /** The last group is the value and ends the match. */
  readonly argument: RegExp;
  readonly isUserAndPassword?: true;
}

const VALUE = `(?:'(?=[^'\\n])|"(?=[^"\\n])|(?=[^\\s'"]))`;

const RULES: readonly Rule[] = [
  {
    program: /\bcurl\b|\bhttpie?\b|\bwget\b/i,
    argument: new RegExp(`(?:^|\\s)(?:-[a-zA-Z]{0,6}[uU]|--user|--proxy-user)(?:\\s{1,4}|=)?${VALUE}((?<=')[^'\\n]{1,512}|(?<=")[^"\\n]{1,512}|[^\\s'"\`|;<>]{1,512})`, 'g'),
    isUserAndPassword: true,
  },
  { program: /\bmysql(?:dump|admin|import|show)?\b|\bmariadb\b/i, argument: new RegExp(`\\s-p(?!assword|ort|rotocol|ipe|lugin)${VALUE}((?<=')[^'\\n]{1,512}|(?<=")[^"\\n]{1,512}|[^\\s'"\`|;<>]{1,512})`, 'g') },
  { program: /\b(?:sshpass|docker\s+login|podman\s+login|helm\s+(?:registry\s+login|repo\s+add)|az\s+login|ldapsearch|mongo(?:sh|dump|restore|export|import)?|sqlcmd|htpasswd|nerdctl\s+login|buildah\s+login|skopeo\s+login|oc\s+login)\b/i, argument: new RegExp(`\\s-(?:p|w|P)\\s{0,4}${VALUE}((?<=')[^'\\n]{1,512}|(?<=")[^"\\n]{1,512}|[^\\s'"\`|;<>-][^\\s'"\`|;<>]{0,511})`, 'g') },
  { program: /\bredis-cli\b/i, argument: new RegExp(`\\s-a\\s{1,4}${VALUE}((?<=')[^'\\n]{1,512}|(?<=")[^"\\n]{1,512}|[^\\s'"\`|;<>]{1,512})`, 'g') },
  { program: /\bopenssl\b/i, argument: /\s-(?:pass|passin|passout)\s{1,4}["']?pass:([^\s"'`]{1,512})/g },
  { program: /\bopenssl\b/i, argument: /\s-k\s{1,4}["']?([^\s"'`-][^\s"'`]{0,511})/g },
  { program: /\bsmbclient\b|\brpcclient\b/i, argument: /\s-U\s{0,4}["']?[^\s"'`%]{1,128}%([^\s"'`]{1,512})/g },
  { program: /\bsqlplus\b/i, argument: /\bsqlplus\s(?:-\w{1,10}\s){0,4}["']?[\w.-]{1,64}\/([^\s"'`@]{1,256})(?=@|["'\s]|$)/gi },
  { program: /\bmachine\s/i, argument: /\b(?:machine\s{1,8}\S{1,256}|default)\s{1,40}(?:login\s{1,8}\S{1,256}\s{1,40})?(?:account\s{1,8}\S{1,256}\s{1,40})?password\s{1,8}(\S{1,512})/gi },
  { program: /\bnet\s+use\b/i, argument: /\bnet\s{1,4}use\s[^\n]{0,200}?\s\/user:\S{1,128}\s{1,4}([^\s/]\S{0,255})/gi },
  { program: /\bcmdkey\b/i, argument: /\s\/pass:(\S{1,255})/gi },
];

/** `user:password`; the user stays. Templates and the words of manuals are no password. */
function markUserAndPassword(value: string, start: number, mark: (start: number, end: number) => void): void {
  const colon = value.indexOf(':');
  if (colon < 0) return;
  const user = value.slice(0, colon);
  const password = value.slice(colon + 1);
  if (isReplaced(password) || MANUAL.test(value) || isTemplate(user) || isTemplate(password)) return;
  if (password !== '' && !isPlaceholder(password)) mark(start + colon + 1, start + value.length);
  // `-u "key:"`: services that take their key as the user name.
  else if (password === '' && user.length >= 8 && /\d/.test(user) && !isPlaceholder(user)) mark(start, start + colon);
}

const MANUAL = /^(?:user(?:name)?|test|xxx|admin|foo|login|email|<?user:?):(?:pass(?:word)?|test|yyy|token|pwd|bar|secret)>?$/i;

function isTemplate(part: string): boolean {
  return /^\$|\{\{|\$\{|\$\(|^<|^%|^\[/.test(part) && !/^\$[^A-Za-z{(]/.test(part);
}
