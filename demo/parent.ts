/** Loaded into every child of the demo (`node --import`): when the process that started it is gone, it ends too, in good order. */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Listening for the end of the channel must not keep a process alive that is done.
process.channel?.unref();
