/** Pages of an export, put together to one document. */
import type { ExportPage } from '#api/subjects.ts';

export type ExportSum = Readonly<Record<'spans' | 'opened' | 'erased' | 'changed', number>>;

export function sumOf(pages: readonly ExportPage[]): ExportSum {
  const sum = (of: keyof ExportSum): number => pages.reduce((total, page) => total + page.export[of], 0);
  return { spans: sum('spans'), opened: sum('opened'), erased: sum('erased'), changed: sum('changed') };
}

/** OTLP/JSON, and beside it what the export says of itself; of what leads to a next page there is nothing left. */
export function fileOf(pages: readonly ExportPage[]): string {
  const { nextCursor: _, ...told } = pages[0]?.export ?? { nextCursor: null };
  return `${JSON.stringify({ resourceSpans: pages.flatMap(({ resourceSpans }) => resourceSpans), export: { ...told, ...sumOf(pages) } }, null, 2)}\n`;
}
