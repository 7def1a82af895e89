// The screens of the web.

import type { GraphQLClient } from 'graphql-request';
import {
  DashboardDocument,
  ProductPageDocument,
  type DashboardQuery,
  type OrderStatus,
} from './web/graphql.js';

export const Dashboard = (client: GraphQLClient) => client.request(DashboardDocument);

export const ProductPage = (client: GraphQLClient, variables: { id: string }) =>
  client.request(ProductPageDocument, variables);

/** Never called: what must compile, and what must not. */
export function types({ dashboard }: DashboardQuery): [number, OrderStatus, string] | undefined {
  // @ts-expect-error a field of the phone's
  dashboard.quickActions;
  // @ts-expect-error the part is null when its subgraph does not answer
  dashboard.user.name;
  // @ts-expect-error a status of the graph's, which the view calls `delivered`
  const _status: OrderStatus = 'DELIVERED';
  const [order] = dashboard.recentOrders ?? [];
  return order && [order.total, order.status, dashboard.user?.memberSince ?? ''];
}
