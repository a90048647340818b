/**
 * Service globs: `*` stands for any run of characters, none included; everything else stands for itself, and the whole name
 * must match. The globs are operator-controlled, the names attacker-controlled, so the matcher is a two-pointer walk that
 * never goes back further than the last star: at worst |glob| × |name| steps, both bounded by `limits/`, and no regular
 * expression. It compares UTF-16 code units: no case folding and no normalization, so that two names that differ in a
 * single byte are two names.
 */

export function matchesGlob(glob: string, name: string): boolean {
  let g = 0;
  let n = 0;
  /** Where the last star stands, and the first character of the name that it does not yet cover. */
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (g < glob.length && glob.charCodeAt(g) === STAR) {
      star = g++;
      resume = n;
    } else if (g < glob.length && glob.charCodeAt(g) === name.charCodeAt(n)) {
      g++;
      n++;
    } else if (star >= 0) {
      // A later star makes every earlier one's choice final, which is what keeps this from being exponential.
      g = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.length && glob.charCodeAt(g) === STAR) g++;
  return g === glob.length;
}

/** The same for a glob that is asked about many names: its literal parts are looked for, each as early as possible. */
export function globMatcher(glob: string): (name: string) => boolean {
  const parts = glob.split('*');
  const first = parts[0]!;
  const last = parts.at(-1)!;
  const between = parts.slice(1, -1).filter((part) => part !== '');
  if (parts.length === 1) return (name) => name === glob;
  const length = first.length + last.length;
  if (between.length === 0) return (name) => name.length >= length && name.startsWith(first) && name.endsWith(last);
  return (name) => {
    const end = name.length - last.length;
    if (name.length < length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = name.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Whether some name matches both: at worst |one| × |other| steps. */
export function globsMeet(one: string, other: string): boolean {
  // Whether what is left of `one` meets what is left of `other`, by how much of `other` is left; for one end of `one` after another.
  let below = new Uint8Array(0);
  for (let o = one.length; o >= 0; o--) {
    const here = new Uint8Array(other.length + 1);
    for (let t = other.length; t >= 0; t--) {
      if (o === one.length && t === other.length) here[t] = 1;
      // A star is over, or takes what comes next of the other, its star too.
      else if (one.charCodeAt(o) === STAR) here[t] = below[t]! | (here[t + 1] ?? 0);
      else if (other.charCodeAt(t) === STAR) here[t] = here[t + 1]! | (below[t] ?? 0);
      else here[t] = one.charCodeAt(o) === other.charCodeAt(t) ? (below[t + 1] ?? 0) : 0;
    }
    below = here;
  }
  return below[0] === 1;
}

const STAR = 0x2a;
