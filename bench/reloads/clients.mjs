// Clients of several gateways, as a load balancer makes them: each request goes to one that says it
// is ready, once. What breaks is lost; nothing is tried again.

import http from 'node:http';
import { text } from 'node:stream/consumers';

const PROBE_MS = 50;

export class Clients {
  #gateways = new Map();
  #body;
  #agent = new http.Agent({ keepAlive: true });
  #turn = 0;
  #loops = [];
  #stopping = false;
  #expected;
  #seen = { requests: 0, lost: 0, wrong: 0, latencies: [] };
  #failures = new Set();

  constructor(urls, query) {
    this.#body = JSON.stringify({ query });
    // These answer: they have been asked.
    for (const url of urls) this.#follow(url, true);
  }

  start(connections) {
    this.#loops = Array.from({ length: connections }, () => this.#ask());
  }

  /** From now on it is asked, once it is ready. */
  add(url) {
    this.#follow(url, false);
  }

  /** It has ended. */
  forget(url) {
    clearInterval(this.#gateways.get(url).probing);
    this.#gateways.delete(url);
  }

  isReady(url) {
    return this.#gateways.get(url).isReady;
  }

  /** Whether it has said that it is not ready, and not just been gone. */
  sawUnready(url) {
    return this.#gateways.get(url).saidUnready;
  }

  /** Once so many requests more have been answered. */
  async answered(count) {
    const wanted = this.#seen.latencies.length + count;
    while (this.#seen.latencies.length < wanted && this.#seen.lost === 0) {
      await new Promise((done) => setTimeout(done, PROBE_MS));
    }
  }

  async stop() {
    this.#stopping = true;
    await Promise.all(this.#loops);
    for (const url of [...this.#gateways.keys()]) this.forget(url);
    this.#agent.destroy();
    const { latencies, ...seen } = this.#seen;
    latencies.sort((one, other) => one - other);
    for (const failure of this.#failures) console.log(`  lost: ${failure}`);
    return { ...seen, p99: latencies[Math.floor(latencies.length * 0.99)] };
  }

  #follow(url, isReady) {
    const gateway = { isReady, saidUnready: false };
    const probe = async () => {
      const status = await exchange(new URL('/health/ready', url), {}).then((it) => it.status, () => 0);
      gateway.isReady = status === 200;
      gateway.saidUnready ||= status === 503;
    };
    gateway.probing = setInterval(probe, PROBE_MS);
    this.#gateways.set(url, gateway);
  }

  async #ask() {
    while (!this.#stopping) {
      const ready = [...this.#gateways].filter(([, { isReady }]) => isReady);
      if (ready.length === 0) {
        await new Promise((done) => setTimeout(done, PROBE_MS));
        continue;
      }
      this.#turn += 1;
      const [url] = ready[this.#turn % ready.length];
      await this.#askOne(url);
    }
  }

  async #askOne(url) {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const began = performance.now();
    this.#seen.requests += 1;
    try {
      const options = { method: 'POST', headers, agent: this.#agent };
      const { status, body } = await exchange(new URL(url), options, this.#body);
      this.#seen.latencies.push(performance.now() - began);
      this.#expected ??= body;
      if (status !== 200 || body !== this.#expected) this.#seen.wrong += 1;
    } catch (error) {
      this.#seen.lost += 1;
      this.#failures.add(error.message);
    }
  }
}

async function exchange(url, options, body) {
  const response = await new Promise((resolve, reject) => {
    const request = http.request(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
  return { status: response.statusCode, body: await text(response) };
}
