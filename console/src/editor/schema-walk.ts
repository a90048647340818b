/** What a JSON Schema says about a place: the schemas that apply at a path, in the order in which they stand. Reads what schemas of policies use: properties, items, references, alternatives. */
import type { PathStep } from './yaml-place.ts';

export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** Alternatives within alternatives, bounded: a schema that refers to itself has an end. */
const DEPTH_MAX = 12;

/** All alternatives that may stand at the path; empty if the schema knows no such place. */
export function schemasAt(root: Schema, path: readonly PathStep[]): readonly Schema[] {
  let here = alternatives(root, root);
  for (const step of path) here = here.flatMap((schema) => below(schema, step).flatMap((inner) => alternatives(root, inner)));
  return here;
}

/** What is said about the place itself: the description beside a reference goes before the one it leads to. */
export function describe(root: Schema, path: readonly PathStep[]): string | undefined {
  let here: readonly Schema[] = [root];
  for (const step of path) here = here.flatMap((schema) => alternatives(root, schema)).flatMap((schema) => below(schema, step));
  return here.flatMap((schema) => [schema, ...alternatives(root, schema)]).find(({ description }) => description !== undefined)?.description;
}

export function alternatives(root: Schema, schema: Schema, depth = 0): readonly Schema[] {
  if (depth > DEPTH_MAX) return [];
  const named = /^#\/\$defs\/(.+)$/u.exec(schema.$ref ?? '')?.[1];
  const target = named === undefined ? undefined : root.$defs?.[named];
  const inner = [...(target === undefined ? [] : [target]), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  // Only what says something itself is an alternative of its own.
  const own = schema.properties !== undefined || schema.items !== undefined || schema.enum !== undefined || schema.const !== undefined || schema.type !== undefined || inner.length === 0;
  return [...(own ? [schema] : []), ...inner.flatMap((one) => alternatives(root, one, depth + 1))];
}

function below(schema: Schema, step: PathStep): readonly Schema[] {
  if (typeof step === 'number') return schema.items === undefined ? [] : [schema.items];
  const named = schema.properties !== undefined && Object.hasOwn(schema.properties, step) ? schema.properties[step] : undefined;
  if (named !== undefined) return [named];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
