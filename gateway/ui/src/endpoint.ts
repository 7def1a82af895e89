// The way to the endpoint, watched: GraphiQL shows a failed request as a raw error in one of its
// panes, so what is wrong with the connection itself is said once, in words, above the editor.

import { PLAN_HEADER, kept } from './executed';

/** Told after every answer: what is wrong with the connection, or `null` when nothing is. */
export type Report = (trouble: string | null) => void;

/** A `fetch` that reports whether `endpoint` is reached and answers as GraphQL. */
export function watchedFetch(endpoint: string, report: Report): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init).catch((cause: unknown) => {
      // Stopping a query is no trouble with the connection.
      if (init?.signal?.aborted) throw cause;
      const sentence = `The gateway does not answer at ${new URL(endpoint, location.href)}.`;
      report(sentence);
      throw withoutStack(sentence);
    });
    const trouble = misunderstanding(endpoint, response);
    report(trouble);
    if (trouble) throw withoutStack(trouble);
    const asksForPlan = new Headers(init?.headers).has(PLAN_HEADER);
    return asksForPlan && isJson(response) ? kept(response, endpoint, init ?? {}) : response;
  };
}

/** GraphiQL prints an error's stack beside its message; a bundle's stack tells nobody anything. */
function withoutStack(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}

/** An answer in a form that is not GraphQL's comes from a proxy, or from another server. */
function misunderstanding(endpoint: string, response: Response): string | null {
  const type = response.headers.get('content-type') ?? 'no content type';
  if (/json|multipart\/mixed|text\/event-stream/i.test(type)) return null;
  return `${endpoint} answered with status ${response.status} and ${type}, which is not GraphQL.`;
}

function isJson(response: Response): boolean {
  return /json/i.test(response.headers.get('content-type') ?? '');
}
