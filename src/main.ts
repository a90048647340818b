/** The program: the words of the command line go to `commands/`, its exit code comes back. */
import { runCommandLine } from '#commands';
import { keepMemoryHere } from '#commands/memory-copies';

// What a verb makes is for its user alone, the engine's files included, whose modes are not ours to choose.
process.umask(0o077);
keepMemoryHere();

// A reader that goes away (`| head`) ends the output, not the program with a stack.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Set, not exited with: what was printed into a pipe must still get out.
process.exitCode = await runCommandLine(process.argv.slice(2));
