import type { Clients } from '../adapters/clients.ts';

type Sender = { send(command: never, ...rest: never[]): Promise<unknown> };

/**
 * Clients that remember what they have in flight, and a promise of its end. Harmless errors only: whoever started a
 * request has seen its outcome or has given up on it; here it matters that it has one.
 */
export function settling(clients: Clients): { clients: Clients; settled: () => Promise<void> } {
  const inFlight = new Set<Promise<unknown>>();
  const track = <T>(client: T): T => {
    const sender = client as Sender;
    const send = (...args: Parameters<Sender['send']>) => {
      const answer = sender.send(...args);
      inFlight.add(answer);
      const forget = () => inFlight.delete(answer);
      answer.then(forget, forget);
      return answer;
    };
    return { send } as T;
  };
  return {
    clients: { ...clients, s3: track(clients.s3), dynamodb: track(clients.dynamodb), sfn: track(clients.sfn) },
    settled: async () => {
      while (inFlight.size > 0) await Promise.allSettled([...inFlight]);
    },
  };
}
