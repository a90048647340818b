/**
 * Credentials on command lines that no name announces: `curl -u user:password`, `mysql -psecret`, `redis-cli -a …`,
 * `sshpass -p …`, `docker login -p …`, `echo … | docker login --password-stdin`, the `machine … login … password …` of
 * `.netrc`, and the log-in commands of SMTP, IMAP, POP3, FTP and Redis.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder, isReplaced } from '#scanner/values';

export const commandLine: Recognizer = {
  id: 'password.command-line',
  kind: 'password',
  needs: FEATURE.schemeWord,
  find(written, _keyClass, mark) {
    // A command line in pieces, `["docker", "login", "-p", "…"]`, read as one with every offset where it was.
    const text = written.includes(',') ? written.replaceAll(/["'] ?, ?["']/g, (joint) => ' '.repeat(joint.length)) : written;
    if (!ANY_PROGRAM.test(text)) return;
    const marked = new Set<number>();
    const once = (start: number, end: number): void => {
      if (!marked.has(start)) mark(start, end);
      marked.add(start);
    };
    for (const rule of RULES) {
      if (!rule.program.test(text)) continue;
      for (const match of text.matchAll(rule.argument)) {
        const value = match.slice(1).findLast((group) => group !== undefined) as string;
        const start = match.index + match[0].length - value.length;
        if (rule.isUserAndPassword) markUserAndPassword(value, start, once);
        else if (!isReplaced(value) && !isPlaceholder(value)) once(start, start + value.length);
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
  { program: /\bmachine\s|\bdefault\s+login\b/i, argument: /\b(?:machine\s{1,8}\S{1,256}|default)\s{1,40}(?:login\s{1,8}\S{1,256}\s{1,40})?(?:account\s{1,8}\S{1,256}\s{1,40})?password\s{1,8}(\S{1,512})/gi },
  { program: /--password-stdin/, argument: /\b(?:echo|printf)(?:\s{1,4}-[neE]{1,3})?(?:\s{1,4}%s)?\s{1,4}(?:'([^'\n]{1,512})(?=')|"([^"\n]{1,512})(?=")|([^\s'"|$][^\s'"|]{0,511}))/g },
  { program: /\b(?:un)?zip\b|\b7za?\b/i, argument: /\b(?:unzip|zip|7za?)\b[^|\n]{0,200}?\s-[pP](?:\s{1,4}|(?=\S))["']?([^\s"'`-][^\s"'`]{2,255})/g },
  { program: /\b(?:useradd|usermod)\b/, argument: /\b(?:useradd|usermod)\s[^|\n]{0,200}?(?:-p|--password)\s{1,4}["']?([^\s"'`-][^\s"'`]{2,255})/g },
  { program: /\bnet\s+user\b/i, argument: /\bnet\s{1,4}user\s{1,4}[\w.-]{1,64}\s{1,4}([^\s/*"'][^\s"']{2,127})/gi },
  { program: /\/user:/i, argument: /\s\/user:\S{1,128}\s{1,4}([^\s/"'][^\s"']{3,255})/gi },
  { program: /\b(?:store|key)pass\b/i, argument: /(?<![\w.])-?(?:src|dest)?(?:store|key)pass\s{1,4}["']?([^\s"'`:=-][^\s"'`]{3,255})/gi },
  // `htpasswd -b FILE USER PASSWORD`, `htpasswd -nb USER PASSWORD`.
  { program: /\bhtpasswd\b/i, argument: new RegExp(`\\bhtpasswd\\s{1,4}(?:-[a-zA-Z]{1,8}\\s{1,4}(?:\\d{1,2}\\s{1,4})?){0,4}(?:(?<=-[a-zA-Z]{0,7}n[a-zA-Z]{0,7}\\s{1,4})|[^\\s|;<>-][^\\s|;<>]{0,255}\\s{1,4})(?<=-[a-zA-Z]{0,7}b[a-zA-Z]{0,7}\\s.{0,300})[^\\s|;<>-][^\\s|;<>]{0,127}\\s{1,4}${VALUE}((?<=')[^'\\n]{1,512}|(?<=")[^"\\n]{1,512}|[^\\s'"\`|;<>]{1,512})`, 'gi') },
  { program: /\bset\s+password\b/i, argument: /\bset\s{1,4}password\b[^=\n;]{0,200}?(?:=|\bto\b)\s{0,4}(?:(?:old_)?password\s{0,2}\(\s{0,2})?["']([^"'\n]{1,255})/gi },
  { program: /\bidentified\s+by\b/i, argument: /\bidentified\s{1,4}by\s{1,4}(?:password\s{1,4})?["']?([^\s"';,?:$][^\s"';]{2,255})/gi },
  { program: /\bAUTH\s/, argument: /\bAUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|default)[ \t]{1,4}["']?([^\s"'`=][^\s"'`]{5,4095})/g },
  { program: /\bAUTH\s/, argument: /(?<![\w-])AUTH[ \t]{1,4}["']?(?=[^\s"']*\d)(?=[^\s"']*[A-Za-z])([^\s"'`:;,.()]{12,512})(?![^\s"'])/g },
  { program: /\bPASS\s/, argument: /(?:^|[\s>"'=])PASS[ \t]{1,4}:?(?![^\s"']*(?:\/|%2F))(?=[^\s"']*[\d!@#$%^&*])(?=[^\s"']*[A-Za-z])([^\s"'`:;,()]{6,255})(?=$|[\s"'\\])/g },
  { program: /\bLOGIN\s/, argument: /(?<![\w.-])[A-Za-z]{0,4}\d{1,6} LOGIN "?[^\s"]{1,128}"? "?([^\s"]{4,255})/g },
  { program: /\b(?:user(?:name)?|login|credentials)\b/i, argument: /\b(?:user(?:name)?|login|credentials)(?:[:=]? |[:=])["']?(?![\w.-]{1,128}@sha256:)[A-Za-z][\w.@-]{1,64}:(?=[^\s"'/]*[\d!#$%^&*])(?=[^\s"'/]*[A-Za-z])([^\s"'/:@,;.)\]}]{8,128})(?=$|[\s"',;.)\]}])/gi },
  { program: /\buser(?:name)?\b.{0,80}\bpass\b/i, argument: /\buser(?:name)?[:= ]{1,3}\S{1,64}\s{0,4}(?:\/|,|and|&|\|)\s{0,4}pass[:= ]{1,3}([^\s"',;]{4,128})/gi },
  { program: /\bcmdkey\b/i, argument: /\s\/pass:(\S{1,255})/gi },
];

const ANY_PROGRAM = new RegExp(RULES.map(({ program }) => program.source).join('|'), 'i');

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
