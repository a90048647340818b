/**
 * Jaeger's HTTP JSON API for those who stay with Jaeger UI or Grafana: v1 under `/api`, v3 under `/api/v3`. The routes that Jaeger dropped
 * from v1 after its release 2.20 are here as well, because Grafana's data source calls them. All pass the guard of the console port.
 */
import type { Queries } from '#query';
import type { FastifyInstance } from 'fastify';
import { addRoutesV1 } from './v1.ts';
import { addRoutesV3 } from './v3.ts';

export interface JaegerServed {
  readonly queries: Queries;
  readonly now_ms: () => number;
}

export function addJaegerRoutes(app: FastifyInstance, served: JaegerServed): void {
  addRoutesV1(app, served);
  addRoutesV3(app, served);
}
