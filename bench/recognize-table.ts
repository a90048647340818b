/** The figures of `recognize.ts` as text. */
import type { InspectFigures } from './inspecting.ts';
import type { OrdinaryFigures, RecognizeFigures, Tally } from './recognize.ts';
import { aligned, whole } from './table.ts';

export function recognizeText(figures: RecognizeFigures): string {
  const { seed, services, outside, own, statements, ordinary, newValue_ns, inspect, inspectOther } = figures;
  const all = sum(outside);
  const rightly = all.marked - all.markedRightly;
  return [
    aligned([
      ['recognized', ''],
      ['services and formats whose credentials are known by their form', whole(services)],
      [`outside samples: credentials of ${outside.length} kinds found`, `${whole(all.found)} of ${whole(all.secrets)}`],
      ['  recall', percent(all.found, all.secrets)],
      ['  lines without a secret of their kind in which a credential is marked', `${whole(all.marked)} of ${whole(all.clean)}`],
      ['  of them such as hold another credential or a malformed one', whole(all.markedRightly)],
      ['  precision, those apart', percent(all.found, all.found + rightly)],
      ['  precision, every such line counted as wrong', percent(all.found, all.found + all.marked)],
      [`own samples, seed ${seed}: of ${own.length} kinds found`, `${whole(sum(own).found)} of ${whole(sum(own).secrets)}`],
      ['  recall', percent(sum(own).found, sum(own).secrets)],
    ]),
    kindsText(outside), kindsText(own),
    aligned([['statements', 'all', 'literals gone', 'shape kept'], ...statements.map(({ dbms, statements: count, literalsGone, shapeKept }) => [dbms, whole(count), percent(literalsGone, count), percent(shapeKept, count)])]),
    aligned([[`ordinary values, seed ${seed}`, 'distinct', 'marked', 'of 10,000', 'kinds'], ...ordinary.map(ordinaryRow)]),
    ...ordinary.filter(({ examples }) => examples.length > 0).map(({ what, examples }) => [`marked, ${what}:`, ...examples.map((example) => `  ${example.replaceAll(/\s/gu, ' ')}`)].join('\n')),
    aligned([
      ['looking, in CPU time', ''],
      ['an ordinary value never seen before', `${Math.round(newValue_ns)} ns`],
      ...inspectRows('the corpus of the bench', inspect),
      ...(inspectOther === null ? [] : inspectRows('requests of another generator', inspectOther)),
    ]),
  ].filter((text) => text !== '').join('\n\n');
}

function inspectRows(what: string, figures: InspectFigures): string[][] {
  const { attributesPerSpan, valuesPerSpan, newPerSpan, newShare } = figures;
  const us = (figure: number): string => `${figure.toFixed(2)} µs a span`;
  return [
    [`inspect, ${what}: ${attributesPerSpan.toFixed(1)} attributes and ${valuesPerSpan.toFixed(1)} texts and values a span`, us(figures.repetition_us)],
    ['  texts that no span before has had', `${newPerSpan.toFixed(2)} a span, ${(newShare * 100).toFixed(1)} %`],
    ['  the same for twelve attributes', us(figures.ofTwelve_us)],
    ['  the mean, the collector’s pauses included', us(figures.repetitionMean_us)],
    ['  nothing remembered', us(figures.first_us)],
    ['  everything remembered', us(figures.repeated_us)],
    ['  a remembered value', `${figures.rememberedValue_ns.toFixed(1)} ns`],
    ['  a new text, beyond that', `${Math.round(figures.newValue_ns)} ns`],
  ];
}

/** Only kinds of which something was missed or marked wrongly. */
function kindsText(tallies: readonly Tally[]): string {
  const rows = tallies.filter(({ secrets, found, marked }) => found < secrets || marked > 0);
  if (rows.length === 0) return '';
  const lines = rows.flatMap(({ kind, missed, wrong }) => [...missed.map((line) => `  missed ${kind}: ${line}`), ...wrong.map((line) => `  marked ${kind}: ${line}`)]);
  return [
    aligned([['kind', 'found', 'of', 'marked', 'of', 'rightly'], ...rows.map(({ kind, secrets, found, clean, marked, markedRightly }) => [kind, ...[found, secrets, marked, clean, markedRightly].map(whole)])]),
    ...lines,
  ].join('\n');
}

function ordinaryRow({ what, values, marked }: OrdinaryFigures): string[] {
  const all = Object.values(marked).reduce((total, count) => total + count, 0);
  return [what, whole(values), whole(all), ((all * 10_000) / Math.max(1, values)).toFixed(2), Object.entries(marked).map(([kind, count]) => `${kind} ${count}`).join(', ')];
}

function sum(tallies: readonly Tally[]): Pick<Tally, 'secrets' | 'found' | 'clean' | 'marked' | 'markedRightly'> {
  const of = (name: 'secrets' | 'found' | 'clean' | 'marked' | 'markedRightly'): number => tallies.reduce((total, tally) => total + tally[name], 0);
  return { secrets: of('secrets'), found: of('found'), clean: of('clean'), marked: of('marked'), markedRightly: of('markedRightly') };
}

function percent(part: number, of: number): string {
  return of === 0 ? '-' : `${((part / of) * 100).toFixed(1)} %`;
}
