/**
 * Where everything that finds something reports it: verification, witnesses, duplicates, evidence, detection. To report costs a look into a map and
 * never waits: equal findings are counted in memory and written together a moment later. What waits is bounded; beyond it findings
 * are dropped and counted.
 */
import { distinct } from '#control';
import type { Actor, CountedFinding, ControlStore, FindingFilter, FindingRecord, NewFinding, StatusId } from '#control';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import type { Refusal } from '#refusal';

export type { Analytic, Evidence, FindingResource, NewFinding, SeverityId, StatusId } from '#control';

/** Never throws and never waits. */
export type ReportFinding = (finding: NewFinding) => void;

export interface FindingsOptions {
  /** Hears that findings could not be written; they are tried again. */
  readonly onFailure?: (failure: unknown) => void;
  readonly now_ms?: () => number;
}

type Rows = Pick<ControlStore, 'recordFindings' | 'changeFinding' | 'findFinding' | 'listFindings'>;

export class Findings {
  readonly #rows: Rows;
  readonly #onFailure: (failure: unknown) => void;
  readonly #now_ms: () => number;
  #waiting = new Map<string, CountedFinding>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #dropped = 0;
  #stopped = false;

  constructor(rows: Rows, { onFailure = () => undefined, now_ms = Date.now }: FindingsOptions = {}) {
    this.#rows = rows;
    this.#onFailure = onFailure;
    this.#now_ms = now_ms;
  }

  /** Findings that were lost, because too many waited or the table was full of graver ones. */
  get dropped(): number {
    return this.#dropped;
  }

  readonly report: ReportFinding = (reported) => {
    const finding = bounded(reported);
    const key = JSON.stringify([finding.tenant, finding.analytic.uid, finding.subject]);
    const now = this.#now_ms();
    this.#add(key, { finding, count: 1, first: now, last: now });
    this.#schedule();
  };

  list(filter: FindingFilter): readonly FindingRecord[] {
    return this.#rows.listFindings(filter);
  }

  /** Of this tenant or of the whole deployment; `null` asks for any. */
  find(tenant: TenantId | null, uid: string): FindingRecord | null {
    return this.#rows.findFinding(tenant, uid);
  }

  change(by: Actor, tenant: TenantId | null, uid: string, wanted: { readonly status_id: StatusId; readonly comment: string }): Promise<FindingRecord | Refusal> {
    return this.#rows.changeFinding({ tenant, uid }, wanted, by);
  }

  /** Resolves when everything reported before can be read, or could not be written. */
  flush(): Promise<void> {
    return this.#then(async () => {
      for (let left = this.#waiting.size; left > 0; left -= LIMITS.findings_at_once) {
        if (!(await this.#write())) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  }

  stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    return this.flush();
  }

  #then(work: () => Promise<unknown>): Promise<void> {
    this.#writing = this.#writing.then(work).then(() => this.#schedule());
    return this.#writing;
  }

  #schedule(): void {
    if (this.#waiting.size === 0 || this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#then(() => this.#write());
    }, LIMITS.findings_delay_ms_max).unref();
  }

  /** Writes the oldest. False if that failed: they wait on, counted together with what came meanwhile. */
  async #write(): Promise<boolean> {
    const oldest = [...this.#waiting.entries().take(LIMITS.findings_at_once)];
    for (const [key] of oldest) this.#waiting.delete(key);
    if (oldest.length === 0) return true;
    try {
      const { dropped } = await this.#rows.recordFindings(oldest.map(([, counted]) => counted));
      this.#dropped += dropped;
      return true;
    } catch (failure) {
      this.#onFailure(failure);
      const newer = this.#waiting;
      this.#waiting = new Map(oldest);
      for (const [key, counted] of newer) this.#add(key, counted);
      return false;
    }
  }

  #add(key: string, counted: CountedFinding): void {
    const before = this.#waiting.get(key);
    if (before !== undefined) {
      const evidences = distinct([...(before.finding.evidences ?? []), ...(counted.finding.evidences ?? [])], LIMITS.finding_evidences_max);
      this.#waiting.set(key, { finding: { ...counted.finding, evidences }, count: before.count + counted.count, first: before.first, last: counted.last });
    } else if (this.#waiting.size < LIMITS.findings_waiting_max) this.#waiting.set(key, counted);
    else this.#dropped += counted.count;
  }
}

function bounded(finding: NewFinding): NewFinding {
  const { subject, title, message, evidences = [], resources = [] } = finding;
  const cut = (text: string): string => text.slice(0, LIMITS.finding_text_characters_max);
  return {
    // The empty subject is that of what is counted together.
    ...finding, subject: cut(subject === '' ? title : subject), title: cut(title), message: cut(message),
    evidences: distinct(evidences, LIMITS.finding_evidences_max),
    resources: distinct(resources, LIMITS.finding_resources_max),
  };
}
