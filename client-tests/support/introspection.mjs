// What an endpoint says of its own schema, asked as tools ask it.

import { getIntrospectionQuery } from 'graphql';

/** The answer's data: what `buildClientSchema` and clients' caches read. */
export async function introspect(url) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery({ inputValueDeprecation: true }) }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${url} does not tell its schema: ${errors[0].message}`);
  return data;
}
