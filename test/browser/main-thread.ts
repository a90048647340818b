/** What the main thread of a page did meanwhile: its tasks as the browser traced them, in time that passed and in time that they had a core. */
import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface MainThread {
  readonly tasks: number;
  /** The task that had a core for longest. */
  readonly longestCpu_ms: number;
  /** The longest one that `PerformanceObserver` reported, which it does above 50 ms; 0 if there was none. */
  readonly longestReported_ms: number;
  /** True if others kept the thread waiting for a core, so that the time that passed says little. */
  readonly isDisturbed: boolean;
}

export async function watchMainThread(browser: Browser, page: Page, act: () => Promise<void>): Promise<MainThread> {
  await page.evaluate(() => {
    const seen: number[] = [];
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({ type: 'longtask' });
    Object.assign(globalThis, { tracekeepTasks: { seen, observer } });
  });
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  const longestReported_ms = await page.evaluate(async () => {
    // What is reported comes a little later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { tracekeepTasks } = globalThis as unknown as { tracekeepTasks: { seen: number[]; observer: PerformanceObserver } };
    const rest = tracekeepTasks.observer.takeRecords().map((entry) => entry.duration);
    tracekeepTasks.observer.disconnect();
    return Math.max(0, ...tracekeepTasks.seen, ...rest);
  });
  const thread = (event: TraceEvent): string => `${event.pid} ${event.tid}`;
  const renderers = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread));
  const tasks = traceEvents.filter((event) => event.ph === 'X' && event.name === 'RunTask' && renderers.has(thread(event)));
  const passed = tasks.reduce((sum, { dur = 0 }) => sum + dur, 0);
  const cpu = tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0);
  return { tasks: tasks.length, longestCpu_ms: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1_000, longestReported_ms, isDisturbed: passed > cpu * 1.5 };
}
