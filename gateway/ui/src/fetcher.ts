// How GraphiQL asks: its own fetcher, over the watched way to the endpoint.

import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import type { Config } from './config';
import { watchedFetch, type Report } from './endpoint';
import { PLAN_HEADER } from './executed';

/** Asks for the plan beside the answer where the gateway gives it. */
export function createFetcher({ endpoint, plan }: Config, report: Report): Fetcher {
  const fetcher = createGraphiQLFetcher({ url: endpoint, fetch: watchedFetch(endpoint, report) });
  return (params, options) => {
    const asksForSchema = params.operationName === 'IntrospectionQuery';
    const headers: Record<string, string> = { ...options?.headers };
    if (plan && !asksForSchema) headers[PLAN_HEADER] = 'json';
    const operationName = isIn(params.query, params.operationName) ? params.operationName : undefined;
    return fetcher({ ...params, operationName }, { ...options, headers });
  };
}

/** GraphiQL learns the operation's name a moment after its editor shows another tab; what the text
 *  does not have is the other tab's. A text that does not parse is the gateway's to refuse. */
function isIn(query: string, name: string | null | undefined): boolean {
  if (!name) return false;
  try {
    const { definitions } = parse(query, { noLocation: true });
    return definitions.some((it) => it.kind === Kind.OPERATION_DEFINITION && it.name?.value === name);
  } catch {
    return true;
  }
}
