// The applications' documents over the graph.

import type { GraphQLClient } from 'graphql-request';
import { CreateProductDocument, FlagshipDocument } from './graph/graphql.js';

/** What a user has paid, newest first. */
export async function totals(client: GraphQLClient, id: string): Promise<number[]> {
  const { user } = await client.request(FlagshipDocument, { id });
  // @ts-expect-error there may be no such user
  user.orders;
  return user?.orders?.map(({ total }) => total) ?? [];
}

/** The name of what was made. */
export async function created(client: GraphQLClient): Promise<string | undefined> {
  const { createProduct } = await client.request(CreateProductDocument);
  return createProduct?.product?.name;
}

/** Never called: what must not compile. */
export function wrong(client: GraphQLClient) {
  // @ts-expect-error a variable is missing
  client.request(FlagshipDocument);
  // @ts-expect-error a variable is of another type
  client.request(FlagshipDocument, { id: { of: 'user' } });
}
