import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openKeyTable } from '#control/key-table';
import { openRootKey } from '#keys';
import { Store } from '#store';
import { SAMPLE_DAY, sampleAccount, sampleBlock, samplePolicyBody } from '#store/sample';
import { readVerifiers, sourceOf, verifyStore } from '#verify';
import { adminSocketPath, startAdminSocket } from './admin.ts';
import { answerVerification, restrictsOf, verifyDirectory } from './verify-store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

test('what the engine of a running server cannot read is a finding, for the server itself and for a process that asks it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'tracekeep-verify-store-'));
  const place = { data: join(home, 'data'), rootKeyFile: join(home, 'data.key'), logKeys: join(home, 'data.log') };
  const now_ms = SAMPLE_DAY * 86_400_000 + 43_200_000;
  const store = await Store.open({ dataDir: place.data, rootKey: openRootKey({ file: place.rootKeyFile, dataDir: place.data }), config: { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 }, now_ms: () => now_ms });
  const socket = await startAdminSocket(adminSocketPath(place.data), answerVerification({ snapshot: () => store.snapshot(), queryNative: (sql) => store.engine.queryNative(sql), setAsideRows: (block) => store.setAsideRows(block), digestSubjectKeys: async (after) => openKeyTable(place.data).digestSubjectKeys(after) }));
  try {
    await store.commit({ blocks: [], requests: [], entries: [samplePolicyBody(now_ms)] });
    for (const [at, rows] of [40, 300].entries()) await store.commit({ blocks: [sampleBlock(at + 1, rows, 'x', { day: SAMPLE_DAY - at })], requests: [sampleAccount(`digest-${at}`, rows)] });
    await store.settle();
    await store.log.sign();
    const path = await store.engine.command(`SELECT path FROM system.parts WHERE database = 'tracekeep' AND table = 'spans' AND active AND min_date = toDate(${SAMPLE_DAY - 1})`);
    const part = join(place.data, 'sealed', path.trim().slice(path.indexOf('store/')));
    for (const name of readdirSync(part).filter((file) => file.endsWith('.bin'))) {
      const bytes = readFileSync(join(part, name));
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(join(part, name), bytes);
    }
    const verifiers = readVerifiers(store.log.vkeys());
    assert.ok(!('unreadable' in verifiers));
    const own = await verifyStore({ source: sourceOf(store, store.engine, openKeyTable(place.data)), logDirectory: join(place.data, 'log'), verifiers, restrictsOf, kept: [], now_ms, piece: 2_048 });
    const asked = await verifyDirectory(place, { keys: [], kept: [], since_ms: null, trace: null, now_ms });
    assert.equal(asked.through, 'server');
    for (const report of [own, asked.report]) {
      // A store by itself, in which there never was a control database: who looks at the whole directory misses it, since a policy came from there.
      assert.deepEqual(report.findings.map(({ kind, subject, places }) => [kind, subject, places[0]?.block]), [...(report === own ? [] : [['control-gone', 'control', undefined]]), ['unreadable', 'spans', 2]]);
      assert.equal(report.spans, 40);
    }
  } finally {
    await socket.close();
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
});
