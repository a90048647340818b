/**
 * Loaded into a server before it starts: it ends as by `kill -9` at one step of forgetting a person, which TRACEKEEP_TEST_DIES_WHEN names.
 *
 *     NODE_OPTIONS=--import=file:///…/dying-erasure.ts TRACEKEEP_TEST_DIES_WHEN=destroyed
 */
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

/** In the order in which they come: the transaction is there and the write-ahead file is not emptied; the log has the entry and the rest is not done. */
export const STEPS = ['destroyed', 'logged'] as const;

if (isMainThread) {
  const { ControlStore } = await import('#control');
  let isErasing = false;
  const dies = (when: (typeof STEPS)[number]): void => {
    if (isErasing && process.env['TRACEKEEP_TEST_DIES_WHEN'] === when) process.kill(process.pid, 'SIGKILL');
  };
  const { open } = ControlStore;
  ControlStore.open = async (options) => {
    const control = await open(options);
    return {
      ...control,
      eraseSubject: (wanted, by) => {
        isErasing = true;
        return control.eraseSubject(wanted, by);
      },
      finishErasure: (id) => {
        dies('logged');
        return control.finishErasure(id);
      },
    };
  };
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql) {
    if (sql.includes('wal_checkpoint')) dies('destroyed');
    return prepare.call(this, sql);
  };
}
