import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import type { Producer, ProducerId, TenantId } from '#model';
import { VersionFindings } from './found.ts';

const SHOP: Producer = { id: 'p_000000000000000a' as ProducerId, name: 'shop', tenant: 'default' as TenantId, retention: 'default', services: ['*'], backfill: false, version: 1 };
const trace = (serial: number): string => serial.toString(16).padStart(32, '0');

test('of very many traces the first are named one by one and the others together, for each producer and hour anew', () => {
  let now_ms = 1_000;
  const findings = new VersionFindings(() => now_ms);
  const subjects = (count: number, producer = SHOP): Set<string> => new Set(Array.from({ length: count }, (_, at) => findings.of(producer, trace(at + 1)).subject));
  const flood = subjects(LIMITS.version_findings_per_hour + 500);
  assert.equal(flood.size, LIMITS.version_findings_per_hour + 1);
  assert.ok(flood.has(`producer ${SHOP.id}`));
  assert.deepEqual([...subjects(1, { ...SHOP, id: 'p_000000000000000b' as ProducerId })], [`trace ${trace(1)}`]);
  assert.deepEqual([...subjects(1)], [`producer ${SHOP.id}`]);
  now_ms += 3_600_000;
  assert.deepEqual([...subjects(1)], [`trace ${trace(1)}`]);
});
