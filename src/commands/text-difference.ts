/** How two texts differ, line by line: the lines that one has and the other has not, with a few around them. */

const CONTEXT = 3;
/** Cells of the table of common lines: above it, what is between equal beginnings and ends counts as changed. */
const CELLS_MAX = 4_000_000;

/** Lines with ` `, `-` or `+` before them, `@@` where some are left out. Null if there is no difference. */
export function differences(before: string, after: string): readonly string[] | null {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  const lines = [
    ...old.slice(0, head).map((line) => ` ${line}`),
    ...changed(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...old.slice(old.length - tail).map((line) => ` ${line}`),
  ];
  return lines.some((line) => !line.startsWith(' ')) ? around(lines) : null;
}

function linesOf(text: string): readonly string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => line.replace(/\r$/, ''));
}

/** By the longest run of lines that both have in the same order. */
function changed(old: readonly string[], fresh: readonly string[]): readonly string[] {
  const width = fresh.length + 1;
  if ((old.length + 1) * width > CELLS_MAX) return [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)];
  const common = new Uint16Array((old.length + 1) * width);
  for (let at = old.length - 1; at >= 0; at--) {
    for (let to = fresh.length - 1; to >= 0; to--) {
      const here = at * width + to;
      common[here] = old[at] === fresh[to] ? common[here + width + 1]! + 1 : Math.max(common[here + width]!, common[here + 1]!);
    }
  }
  const lines: string[] = [];
  let [at, to] = [0, 0];
  while (at < old.length || to < fresh.length) {
    const here = at * width + to;
    if (at < old.length && to < fresh.length && old[at] === fresh[to]) {
      lines.push(` ${old[at++]}`);
      to++;
    } else if (at < old.length && (to === fresh.length || common[here + width]! >= common[here + 1]!)) lines.push(`-${old[at++]}`);
    else lines.push(`+${fresh[to++]}`);
  }
  return lines;
}

function around(lines: readonly string[]): readonly string[] {
  const shown = lines.map((_, at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => !line.startsWith(' ')));
  return lines.flatMap((line, at) => (shown[at] ? [line] : at === 0 || shown[at - 1] ? ['@@'] : []));
}
