// What the gateway said beside its last answer: the plan and how each fetch went. Read from
// `extensions` field by field, taken out of what the result pane shows, and kept for the panels.

import { useSyncExternalStore } from 'react';
import { isRecord, number, records, text, textOrNull } from './json';

/** One request to a subgraph, as the plan has it. */
export interface Fetch {
  id: number;
  service: string;
  step: number;
  dependsOn: number[];
  /** Where the objects are that it is asked about; none for fields of a root type. */
  paths: string[];
  /** What is sent. */
  document: string;
}

/** One request as it was made. */
export interface Run {
  fetch: number;
  service: string;
  startMs: number;
  durationMs: number;
  /** Objects asked about; none for fields of a root type. */
  objects: number | null;
  bytes: number;
  failedWith: string | null;
}

export interface Executed {
  steps: number;
  fetches: Fetch[];
  planCached: boolean;
  runs: Run[];
  /** What was asked of the gateway, to ask it for reasons. */
  request: { url: string; body: string; headers: Headers };
}

/** Asks for the plan, and for its reasons instead of an answer. */
export const PLAN_HEADER = 'weft-plan';

let latest: Executed | null = null;
const listeners = new Set<() => void>();

/** Of the last operation that was run; none before the first. */
export function useExecuted(): Executed | null {
  return useSyncExternalStore(subscribe, () => latest);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The answer without what was meant for the panels, which have it from now on. */
export async function kept(response: Response, url: string, request: RequestInit): Promise<Response> {
  const text = await response.text();
  const plain = new Response(text, response);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return plain;
  }
  const read = isRecord(answer) ? readExtensions(answer.extensions) : null;
  if (!isRecord(answer) || !read) return plain;
  latest = { ...read, request: { url, body: String(request.body), headers: new Headers(request.headers) } };
  for (const listener of listeners) listener();
  const { plan: _plan, trace: _trace, ...others } = answer.extensions as Record<string, unknown>;
  const shown: Record<string, unknown> = { ...answer, extensions: others };
  if (Object.keys(others).length === 0) delete shown.extensions;
  return new Response(JSON.stringify(shown), response);
}

function readExtensions(extensions: unknown): Omit<Executed, 'request'> | null {
  if (!isRecord(extensions) || !isRecord(extensions.plan) || !isRecord(extensions.trace)) return null;
  const { plan, trace } = extensions;
  return {
    steps: number(plan.steps),
    fetches: records(plan.fetches).map(readFetch),
    planCached: trace.planCached === true,
    runs: records(trace.fetches).map(readRun),
  };
}

function readFetch(fetch: Record<string, unknown>): Fetch {
  const targets = records(fetch.entities).flatMap((input) => records(input.targets));
  const paths = targets.map(({ path }) => (Array.isArray(path) ? path.join('.') : ''));
  return {
    id: number(fetch.id),
    service: text(fetch.service),
    step: number(fetch.step),
    dependsOn: Array.isArray(fetch.dependsOn) ? fetch.dependsOn.map(number) : [],
    paths: [...new Set(paths)],
    document: text(fetch.document),
  };
}

function readRun(run: Record<string, unknown>): Run {
  return {
    fetch: number(run.fetch),
    service: text(run.service),
    startMs: number(run.startMs),
    durationMs: number(run.durationMs),
    objects: typeof run.representations === 'number' ? run.representations : null,
    bytes: number(run.bytes),
    failedWith: textOrNull(run.failedWith),
  };
}
