// The stand-in for smtp-sink: the tests' relay, counting and keeping nothing, as a process of its own.
// It writes its count as smtp-sink does.
import { startRelay } from '../tests/support/relay.ts';

const relay = await startRelay({ port: Number(process.argv[2]), record: 'count' });
let written = 0;
setInterval(() => {
  const { accepted } = relay.record;
  if (accepted === written) return;
  written = accepted;
  process.stdout.write(`mesg=${accepted}\r`);
}, 20);
