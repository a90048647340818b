/** Which of some words was meant by one that is none of them: another name for the same, or a slip of the keys. */

/** What people call it who come from other products, by what it is called here. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  keep: ['allow', 'accept', 'pass', 'preserve', 'none'],
  drop: ['remove', 'delete', 'block', 'deny'],
  'drop-span': ['drop_span', 'dropspan', 'reject', 'discard', 'delete-span'],
  replace: ['redact', 'scrub', 'censor'],
  pseudonymize: ['hash', 'tokenize', 'anonymize', 'encrypt', 'pseudonymise'],
  generalize: ['bucket', 'round', 'coarsen', 'generalise'],
  truncate: ['cut', 'limit', 'shorten'],
  template: ['normalize', 'normalise', 'parameterize'],
  for: ['scope', 'when', 'if', 'where', 'match'],
  keys: ['key', 'attributes', 'attribute', 'names', 'fields'],
  recognized: ['kinds', 'kind', 'recognizer', 'recognizers', 'detect', 'recognised', 'type'],
  reason: ['description', 'comment', 'why', 'note', 'rationale'],
  id: ['name', 'title'],
  services: ['service', 'service.name'],
  tenants: ['tenant'],
  environments: ['environment', 'env', 'envs'],
  spans: ['span', 'span-kind', 'span-kinds', 'span_kind', 'kinds'],
  places: ['place', 'where', 'in'],
  pattern: ['regex', 'regexp', 'match'],
  every: ['period', 'rotate', 'rotation', 'interval'],
  last: ['keep', 'suffix', 'chars'],
  span: ['span-attributes', 'attributes'],
  credential: ['secret', 'token', 'api-key', 'apikey'],
  email: ['e-mail', 'mail'],
  card: ['credit-card', 'pan', 'creditcard'],
  ip: ['ip-address', 'address', 'ipv4', 'ipv6'],
  'national-id': ['ssn', 'passport'],
  string: ['text', 'str'],
  int: ['integer', 'number', 'long'],
  double: ['float', 'number', 'decimal'],
  bool: ['boolean'],
};

/** The word that was most likely meant, or null. At worst 64 × 64 steps a word. */
export function nearestWord(given: string, words: readonly string[]): string | null {
  if (given.length > 64) return null;
  const lower = given.toLowerCase().replaceAll('_', '-');
  const same = words.find((word) => word === lower) ?? words.find((word) => OTHER_NAMES[word]?.includes(lower) === true);
  if (same !== undefined) return same;
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const word of words) {
    const steps = word.length <= 64 ? distance(lower, word) : least;
    if (steps < least) [nearest, least] = [word, steps];
  }
  return nearest;
}

/** Letters to add, to take away, to change, or neighbours to swap. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let o = 1; o <= one.length; o++) {
    const row = [o];
    for (let t = 1; t <= other.length; t++) {
      const equal = one[o - 1] === other[t - 1];
      row[t] = Math.min(row[t - 1]! + 1, rows[o - 1]![t]! + 1, rows[o - 1]![t - 1]! + (equal ? 0 : 1));
      if (o > 1 && t > 1 && one[o - 1] === other[t - 2] && one[o - 2] === other[t - 1]) row[t] = Math.min(row[t]!, rows[o - 2]![t - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[one.length]![other.length]!;
}
