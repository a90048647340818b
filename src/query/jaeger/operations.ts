/**
 * Operations with the kind of their spans, as both versions list them.
 */
import type { Operation } from '#query';
import { SPAN_KINDS } from './ui-tags.ts';

export interface NamedOperation {
  readonly name: string;
  readonly spanKind: string;
}

/** Those of one kind, or all where `spanKind` is ''. `unspecified` is what spans without a kind are said to be. */
export function namedOperations(operations: readonly Operation[], spanKind: string, unspecified: string): NamedOperation[] {
  const named = new Map<string, NamedOperation>();
  for (const { name, kind } of operations) {
    const one = { name, spanKind: SPAN_KINDS[kind] || unspecified };
    if (spanKind === '' || one.spanKind === spanKind) named.set(JSON.stringify(one), one);
  }
  return [...named.values()];
}
