import { testAuthority } from '../../support/relay-certificates.ts';
import { transportConformance } from './transport.conformance.ts';

transportConformance('with PIPELINING', { relay: {}, config: {} });
transportConformance('without PIPELINING', { relay: { pipelining: false }, config: {} });
transportConformance('over STARTTLS', { relay: { tls: 'starttls' }, config: { tls: 'required', ca: testAuthority } });
transportConformance('over TLS from the first byte', {
  relay: { tls: 'implicit' },
  config: { secure: true, tls: 'required', ca: testAuthority },
});
