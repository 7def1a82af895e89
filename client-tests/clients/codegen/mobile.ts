// The screens of the phone.

import type { GraphQLClient } from 'graphql-request';
import { HomeDocument, OrderDetailsDocument, type HomeQuery } from './mobile/graphql.js';

export const Home = (client: GraphQLClient) => client.request(HomeDocument);

export const OrderDetails = (client: GraphQLClient, variables: { id: string }) =>
  client.request(OrderDetailsDocument, variables);

/** Never called: what must compile, and what must not. */
export function types({ home }: HomeQuery): 'reorder' | 'track' | undefined {
  // @ts-expect-error a field of the web's
  home.recommendations;
  // @ts-expect-error actions are not text of any kind
  const _action: 'cancel' | undefined = home.quickActions?.[0].type;
  return home.quickActions?.[0]?.type;
}
