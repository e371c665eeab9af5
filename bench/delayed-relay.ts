// Loopback with the latency of a network: hands bytes on to a relay, each way later by half the round trip. A process
// of its own. Its arguments: port to listen on, port of the relay, milliseconds of a round trip.
import { connect, createServer, type Socket } from 'node:net';

const [listenOn, relayPort, roundTripMs] = process.argv.slice(2).map(Number);

function handOn(from: Socket, to: Socket): void {
  const later = (act: () => void): void => void setTimeout(act, (roundTripMs ?? 0) / 2);
  // Timers of the same length go off in the order in which they were set, so nothing overtakes.
  from.on('data', (chunk) => later(() => void to.write(chunk)));
  from.on('end', () => later(() => void to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
}

createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const relay = connect({ host: '127.0.0.1', port: relayPort ?? 0, noDelay: true, allowHalfOpen: true });
  handOn(client, relay);
  handOn(relay, client);
}).listen(listenOn, '127.0.0.1');
