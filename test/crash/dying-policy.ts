/**
 * Loaded into a server before it starts: it ends as by `kill -9` at one step of a change of the policy, which TRACEKEEP_TEST_DIES_WHEN names.
 *
 *     NODE_OPTIONS=--import=file:///…/dying-policy.ts TRACEKEEP_TEST_DIES_WHEN=written
 */
import { isMainThread } from 'node:worker_threads';

/** In the order in which they come. */
export const STEPS = ['written', 'logged'] as const;

const dies = (when: (typeof STEPS)[number]): void => {
  if (process.env['TRACEKEEP_TEST_DIES_WHEN'] === when) process.kill(process.pid, 'SIGKILL');
};

if (isMainThread) {
  const [{ ControlStore }, { Records }] = await Promise.all([import('#control'), import('#records')]);
  let changing = false;
  const { open } = ControlStore;
  ControlStore.open = async (options) => {
    const control = await open(options);
    return {
      ...control,
      addPolicy: async (policy, base, by) => {
        // The first version comes at a start.
        if (base === null) return control.addPolicy(policy, base, by);
        changing = true;
        const version = await control.addPolicy(policy, base, by);
        dies('written');
        return version;
      },
    };
  };
  const { carry } = Records.prototype;
  Records.prototype.carry = async function () {
    await carry.call(this);
    if (changing) dies('logged');
  };
}
