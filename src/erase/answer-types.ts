/** What `/api/v1/subjects` answers: defined once, for the server that writes it, the command line and the console. Times are ISO 8601. */
import type { Counts } from '#query/reveal/answer-types';

export interface FoundSpans {
  readonly spans: number;
  readonly traces: number;
  /** When the first one began and the last one; null if there is none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly services: readonly string[];
}

/** What is held of a person, as far as keys and policy tell. */
export interface FoundSubject extends FoundSpans {
  /** Keyed digest of the name: the same for the same person, and tells nobody else who it is. */
  readonly subject: string;
  /** That are there. */
  readonly keys: number;
  /** In how many hours something was sealed for them. */
  readonly hours: number;
  /** What the policy in force seals. */
  readonly fields: readonly { readonly key: string; readonly sealed: true }[];
  readonly clear: readonly ClearPlace[];
  /** Keys that were destroyed, and by which spans are found all the same. */
  readonly erased: number;
}

/** Where somebody may stand in clear. */
export interface ClearPlace {
  /** Attribute keys with `*`. */
  readonly key?: string;
  /** Anything else than attributes of one key. */
  readonly place?: string;
  readonly why: string;
}

/** Of a person who was forgotten. */
export interface Receipt {
  /** As the entry of the log says it. */
  readonly id: string;
  readonly tenant: string;
  readonly at: string;
  readonly by: string;
  /** Index of the entry in the log. */
  readonly entry: number;
  /** How many keys were destroyed. */
  readonly keys: number;
  /** Spans with values that cannot be read any more. */
  readonly spans: number;
  /** Search tokens that were removed. */
  readonly tokens: number;
  /** Base64, as `commitment`. It is nowhere else: whoever loses the receipt cannot show any more whom the entry of the log is about. */
  readonly salt: string;
  readonly commitment: string;
  /** Where the person may still stand, because the policy keeps it in clear. */
  readonly clear: readonly ClearPlace[];
  readonly log: ReceiptLog;
}

/** That the entry is in the log. */
export interface ReceiptLog {
  readonly origin: string;
  /** How many entries the tree has that the proof leads to. */
  readonly size: number;
  /** Base64: of the tree, the 41 bytes of the entry, and the hashes between. */
  readonly root: string;
  readonly leaf: string;
  readonly proof: readonly string[];
  /** Signed over that tree. */
  readonly checkpoint: string;
  /** What the entry is a commitment to: its statement, which has the commitment to the person, and the SHA-256 of its closed part, base64. */
  readonly statement: string;
  readonly closed: string;
}

/** What is said beside the spans of a page of an export. */
export interface ExportTold extends Counts {
  /** Of the export, as the log has it; the same on each page. */
  readonly id: string;
  readonly by: string;
  /** As it is kept. */
  readonly reason: string;
  readonly at: string;
  readonly watermark: string;
  readonly spans: number;
  /** Null on the last page. */
  readonly nextCursor: string | null;
}
