/**
 * Compiles the schema of a route when the first request or answer needs it. Fastify would compile those of all routes at its start, some hundreds, which is a tenth of what a start of the server takes,
 * and most routes are never asked for in the life of a process.
 */
import AjvCompiler from '@fastify/ajv-compiler';
import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';

type Validate = ReturnType<FastifySchemaCompiler<unknown>>;

export function validatorsWhenNeeded(customOptions: Readonly<Record<string, unknown>>): FastifySchemaCompiler<unknown> {
  const compile = AjvCompiler()({}, { customOptions }) as unknown as FastifySchemaCompiler<unknown>;
  return (route) => {
    let compiled: Validate | null = null;
    const validate: Validate = (value: unknown) => {
      compiled ??= compile(route);
      const isValid = compiled(value);
      validate.errors = compiled.errors ?? null;
      return isValid;
    };
    return validate;
  };
}

export function serializersWhenNeeded(): FastifySerializerCompiler<unknown> {
  const compile = SerializerSelector()() as FastifySerializerCompiler<unknown>;
  return (route) => {
    let compiled: ReturnType<typeof compile> | null = null;
    return (value) => (compiled ??= compile(route))(value);
  };
}
