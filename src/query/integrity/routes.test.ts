import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createAccess } from '#access';
import { DEFAULT_TENANT, type Role } from '#model';
import type { IntegrityState } from '#verify/background';
import fastify, { type FastifyInstance } from 'fastify';
import { addIntegrityRoutes } from './routes.ts';

const FULL = { startedAt: '2026-11-29T20:00:00.000Z', finishedAt: '2026-11-29T20:10:00.000Z', took_ms: 600_000, findings: 0, entries: 9, blocks: 4, spans: 400, expired: { blocks: 1, spans: 7 }, beforeLog: { blocks: 0, spans: 0 } };
let state: IntegrityState;
let asked = 0;
let app: FastifyInstance;
beforeEach(async () => {
  state = { running: null, full: null, failed: null };
  asked = 0;
  app = fastify();
  addIntegrityRoutes(app, { state: () => state, verifyNow: () => void (asked += 1) });
  await app.ready();
});
afterEach(() => app.close());

test('GET answers the last full pass and the running one, and nothing when there was none', async () => {
  assert.deepEqual((await app.inject('/api/v1/integrity')).json(), { running: null, full: null, failed: null });
  state = { running: { startedAt: 'now', phase: 'blocks', spans: 5, spansTotal: 10, blocks: 1, expired: { blocks: 0, spans: 0 }, checkedThrough: 3, entries: 9 }, full: FULL, failed: { at: 'then', why: 'cannot read the store' } };
  assert.deepEqual((await app.inject('/api/v1/integrity')).json(), { running: { startedAt: 'now', phase: 'blocks', spans: 5, spansTotal: 10 }, full: FULL, failed: { at: 'then', why: 'cannot read the store' } });
  assert.equal(asked, 0);
});

test('POST begins a pass, which is for administrators', async () => {
  const answer = await app.inject({ method: 'POST', url: '/api/v1/integrity/verify' });
  assert.deepEqual([answer.statusCode, asked], [202, 1]);
  const may = (role: Role, action: 'integrity.read' | 'integrity.verify'): boolean => createAccess().decide({ id: 't_0000000000000001', name: role, tenant: DEFAULT_TENANT, kind: 'token', roles: [role], groups: [], scopes: null }, action, { tenant: DEFAULT_TENANT }) === true;
  assert.deepEqual([may('viewer', 'integrity.read'), may('viewer', 'integrity.verify'), may('admin', 'integrity.verify')], [true, false, true]);
});
