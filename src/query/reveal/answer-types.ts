/** What `/api/v1/approvals` and the routes that open something answer: defined once, for the server that writes it and the console that reads it. Times are ISO 8601. */

/** What waits for a second person, and what became of it. */
export interface ApprovalView {
  readonly id: string;
  readonly kind: 'reveal' | 'forget' | 'export';
  readonly state: 'waiting' | 'approved' | 'declined' | 'used' | 'expired';
  /** Of reveal. */
  readonly trace: string | null;
  /** Attribute keys, or `status.message`. */
  readonly fields: readonly string[];
  /** Of forget and export, a keyed digest: the person is named in no answer. */
  readonly subject: string | null;
  readonly reason: string;
  readonly by: WhoView;
  readonly made: string;
  /** It is over then, decided or not, used or not. */
  readonly until: string;
  readonly decidedBy: WhoView | null;
  readonly decided: string | null;
  /** Whoever reads this asked for it. */
  readonly mine: boolean;
  /** Whoever reads this may approve it. */
  readonly mayDecide: boolean;
}

export interface WhoView {
  readonly id: string;
  readonly name: string;
}

/** Of values. */
export interface Counts {
  readonly opened: number;
  /** Their keys were destroyed. */
  readonly erased: number;
  /** They do not open: what is stored is not what was sealed. */
  readonly changed: number;
}

/** What stands beside the spans of which something was opened. */
export interface RevealNote extends Counts {
  /** Of the opening, as the log has it. */
  readonly id: string;
  readonly by: WhoView;
  /** As it is kept: minimized. */
  readonly reason: string;
  readonly at: string;
  /** When whoever shows it closes it again. */
  readonly until: string;
  /** Who opened it and when, to stand over what is shown. */
  readonly watermark: string;
  readonly fields: readonly string[];
  /** If they are asked for: of seals of which all values were opened. */
  readonly proofs?: readonly SealProof[];
}

/** With the evidence of the trace, anybody sees by it that these values are what was sealed. */
export interface SealProof {
  readonly spanId: string;
  /** Base64, of the seal. */
  readonly text: string;
  readonly salt: string;
  readonly values: readonly { readonly field: string; readonly type: string; readonly text: string }[];
}
