// What /metrics tells, from the ledger and this process.
import { measureCampaigns, measureRelays } from '../../ledger/measuring.ts';
import type { Database } from '../../ledger/database.ts';
import type { MetricsPort } from '../../web/ports/metrics.ts';

export function openMetricsPort(database: Database, connections: MetricsPort['connections']): MetricsPort {
  return {
    async read() {
      const [campaigns, relays] = await Promise.all([measureCampaigns(database), measureRelays(database)]);
      return { campaigns, relays };
    },
    connections,
  };
}
