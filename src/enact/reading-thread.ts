/** The thread of `ThreadReader`: a question in, a comparison out. */
import { parentPort } from 'node:worker_threads';
import { readAndCompare, type ToCompare } from './comparison.ts';

if (parentPort === null) throw new Error('cannot run outside a worker thread');
const port = parentPort;
port.on('message', (question: ToCompare) => port.postMessage(readAndCompare(question)));
