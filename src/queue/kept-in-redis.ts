// Short texts in Redis beside the queue, for what has to outlive the processes. Promises an answer or an error within
// seconds: whoever asks can go on without.
import { Redis } from 'ioredis';

export interface KeptText {
  get(key: string): Promise<string | null>;
  set(key: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const answerWithinMs = 2_000;

/** Connects when it is first asked, and again after an outage. */
export function keepInRedis(url: string): KeptText {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: answerWithinMs,
    commandTimeout: answerWithinMs,
    retryStrategy: (times) => Math.min(200 * times, 5_000),
  });
  // Whoever asks hears of it.
  redis.on('error', () => undefined);
  return {
    get: (key) => redis.get(key),
    set: async (key, text) => void (await redis.set(key, text)),
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
