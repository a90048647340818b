/** Whether a list of globs covers the name of a service: `*` stands for any letters, everything else for itself. */
export function speaksFor(globs: readonly string[], service: string): boolean {
  return globs.some((glob) => covers(glob, service));
}

/** In linear time: each piece between stars is looked for after the one before. */
function covers(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  if (rest.length === 0) return glob === name;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
