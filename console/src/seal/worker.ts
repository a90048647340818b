/** The worker that verifies one trace: asks the server for evidence and proofs by itself, and answers with a verdict. */
import { askServer } from './ask-server.ts';
import { verifyTrace, type SealRequest } from './verify-trace.ts';

addEventListener('message', ({ data }: MessageEvent<SealRequest>) => {
  void verifyTrace(data, askServer).then((verdict) => postMessage(verdict, verdict.state === 'verified' ? { transfer: [verdict.contents.buffer] } : {}));
});
