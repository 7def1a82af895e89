// Which graph answers, and what is wrong with the change that came after it: asked again and again,
// for it changes while the page is open.

import { useSyncExternalStore } from 'react';
import { isRecord, number, records, text, textOrNull } from './json';
import { poll } from './polling';

/** One error about a schema, a view or the configuration. */
export interface Finding {
  code: string;
  coordinate: string | null;
  message: string;
  place: string | null;
  /** With the lines it is about; none where they may have secrets. */
  text: string | null;
}

/** A change that is not in place. */
export interface Refused {
  at: number;
  /** How many errors there are; not all of them are shown. */
  count: number;
  findings: Finding[];
}

export interface Status {
  /** When the graph that answers was made: another time is another graph. */
  graphSince: number | null;
  refused: Refused | null;
}

const EVERY_MS = 2_000;

let status: Status | null = null;
let stop: (() => void) | null = null;
const listeners = new Set<() => void>();

/** `null` until the gateway has said it. */
export function useStatus(): Status | null {
  return useSyncExternalStore(subscribe, () => status);
}

/** However many look, it is asked for once. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= follow();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}

function follow(): () => void {
  let shown = '';
  return poll('/ui/status.json', EVERY_MS, async (response) => {
    const body = await response?.text().catch(() => null);
    // What has not changed draws nothing anew.
    if (!body || body === shown) return;
    shown = body;
    status = readStatus(parsed(body));
    for (const listener of listeners) listener();
  });
}

function readStatus(body: unknown): Status {
  const { graph, refused } = isRecord(body) ? body : {};
  return {
    graphSince: isRecord(graph) ? number(graph.since) : null,
    refused: isRecord(refused)
      ? {
          at: number(refused.at),
          count: number(refused.count),
          findings: records(refused.diagnostics).map((found) => ({
            code: text(found.code),
            coordinate: textOrNull(found.coordinate),
            message: text(found.message),
            place: textOrNull(found.place),
            text: textOrNull(found.text),
          })),
        }
      : null,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
