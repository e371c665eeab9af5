// Figures for Prometheus. Promises: the ledger is read at most once a second however often somebody asks; labels
// are ids of campaigns, states and relays without their user, never anything of a person.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { noticeStates } from '../domain/notice-state.ts';
import type { Clock } from '../runtime/clock.ts';
import type { MetricsPort } from './ports/metrics.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

const keptMs = 1_000;

export function createMetrics(port: MetricsPort, clock: Clock): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const notices = new Gauge({
    name: 'candor_notices',
    help: 'Notices of a campaign by state.',
    labelNames: ['campaign', 'state'],
    registers,
  });
  const state = new Gauge({
    name: 'candor_campaign_state',
    help: 'The state in which a campaign is: 1.',
    labelNames: ['campaign', 'state'],
    registers,
  });
  const attempts = new Counter({
    name: 'candor_attempts_total',
    help: 'Tries that reached MAIL FROM.',
    labelNames: ['campaign'],
    registers,
  });
  const maybeAccepted = new Gauge({
    name: 'candor_maybe_accepted',
    help: 'Notices that may have been accepted by an attempt without a recorded reply.',
    labelNames: ['campaign'],
    registers,
  });
  const limit = new Gauge({
    name: 'candor_relay_limit_per_second',
    help: 'Rate limit of a relay; absent: none.',
    labelNames: ['relay'],
    registers,
  });
  const throttle = new Gauge({
    name: 'candor_relay_throttled_per_second',
    help: 'Pace to which a relay has slowed us down; absent: it has not.',
    labelNames: ['relay'],
    registers,
  });
  const connections = new Gauge({
    name: 'candor_relay_connections',
    help: 'Connections of this process to its relay.',
    labelNames: ['state'],
    registers,
  });
  let kept: { at: number; read: ReturnType<MetricsPort['read']> } | null = null;
  let started = false;

  const read = (): ReturnType<MetricsPort['read']> => {
    const at = clock.monotonicMs();
    if (kept === null || at - kept.at >= keptMs) {
      const fresh = { at, read: port.read() };
      kept = fresh;
      // What failed is not kept: the next one asks again.
      fresh.read.catch(() => {
        if (kept === fresh) kept = null;
      });
    }
    return kept.read;
  };

  return {
    contentType: registry.contentType,
    async text() {
      if (!started) collectDefaultMetrics({ register: registry });
      started = true;
      const { campaigns, relays } = await read();
      for (const metric of [notices, state, attempts, maybeAccepted, limit, throttle, connections]) metric.reset();
      for (const { campaign, ...measured } of campaigns) {
        state.set({ campaign, state: measured.state }, 1);
        attempts.inc({ campaign }, measured.attempts);
        maybeAccepted.set({ campaign }, measured.maybeAccepted);
        for (const name of noticeStates) notices.set({ campaign, state: name }, measured.states[name]);
      }
      for (const { relay, limitPerSecond, throttledPerSecond } of relays) {
        if (limitPerSecond !== null) limit.set({ relay }, limitPerSecond);
        if (throttledPerSecond !== null) throttle.set({ relay }, throttledPerSecond);
      }
      const here = port.connections();
      if (here !== null) {
        connections.set({ state: 'idle' }, here.idle);
        connections.set({ state: 'busy' }, here.open - here.idle);
      }
      return registry.metrics();
    },
  };
}
