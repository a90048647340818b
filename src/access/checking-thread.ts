/** The thread that reads texts of access policies for the server: what is wrong with one, or what somebody may do under it. */
import { parentPort } from 'node:worker_threads';
import { CEDAR } from './cedar.ts';
import { checkText } from './check-text.ts';
import { tryText, type TextQuestion } from './try-text.ts';

if (parentPort === null) throw new Error('cannot run outside a worker thread');
const port = parentPort;
port.on('message', ({ text, asked }: TextQuestion) => port.postMessage(asked === undefined ? checkText(CEDAR, text) : tryText(CEDAR, text, asked)));
