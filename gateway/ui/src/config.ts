// What the gateway tells the page: `/ui/config.json?path=…`, read once and checked field by field,
// because an answer may come from a proxy or from another version of the gateway.

import { isRecord, textOrNull } from './json';

/** One tab as it is opened on the first visit. */
export interface SampleTab {
  query: string;
  variables: string | null;
  headers: string | null;
}

export interface Config {
  /** Where GraphQL is served, a path on this host. */
  endpoint: string;
  title: string;
  tabs: SampleTab[];
  /** Whether the gateway shows plans. */
  plan: boolean;
}

export const CONFIG_PATH = '/ui/config.json';

/** Reads the configuration of the path that the page was opened at; an error's message is one sentence for the person at the screen. */
export async function loadConfig(): Promise<Config> {
  const url = `${CONFIG_PATH}?path=${encodeURIComponent(location.pathname)}`;
  const response = await fetch(url, { headers: { accept: 'application/json' } }).catch(() => {
    throw new Error(`The gateway does not answer at ${location.origin}${CONFIG_PATH}.`);
  });
  if (!response.ok) {
    throw new Error(`The gateway answered ${CONFIG_PATH} with status ${response.status}.`);
  }
  const body: unknown = await response.json().catch(() => {
    throw new Error(`The gateway's answer to ${CONFIG_PATH} is not JSON.`);
  });
  return parseConfig(body);
}

function parseConfig(body: unknown): Config {
  if (!isRecord(body) || typeof body.endpoint !== 'string') {
    throw new Error(`The gateway's answer to ${CONFIG_PATH} has no "endpoint".`);
  }
  const { endpoint, title, tabs, plan } = body;
  // Queries and headers, tokens among them, go to this host and to no other.
  if (new URL(endpoint, location.href).origin !== location.origin) {
    throw new Error(`The endpoint "${endpoint}" of ${CONFIG_PATH} is on another host.`);
  }
  return {
    endpoint,
    title: typeof title === 'string' ? title : 'Weft',
    tabs: Array.isArray(tabs) ? tabs.flatMap(parseTab) : [],
    plan: plan === true,
  };
}

function parseTab(tab: unknown): SampleTab[] {
  if (!isRecord(tab) || typeof tab.query !== 'string') return [];
  return [{ query: tab.query, variables: textOrNull(tab.variables), headers: textOrNull(tab.headers) }];
}
