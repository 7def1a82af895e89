// The journeys of the shop: what the screens of its web and its mobile client ask their views, and
// what Alice sees on them. Every client library goes through all of them.

import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Who travels; `weft dev` believes this header. */
export const ALICE = { 'x-user-id': 'user_123' };

/** The text of a document of the repository that stands in one file or in several. */
export function documentOf(...files) {
  return files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n');
}

/** The dashboard of the web as it asks the graph itself. */
export const DASHBOARD = documentOf(
  'client-tests/operations/web/dashboard.graphql',
  'client-tests/operations/web/product_card.graphql',
);

/** What a screen asks, and what it `shows` of the answer. */
export const SCREENS = [
  {
    name: 'the dashboard of the web',
    path: '/bff-web/graphql',
    document: documentOf('schema/views/web/dashboard.graphql'),
    variables: {},
    shows: ({ dashboard: { user, recentOrders, recommendations, analytics } }) => ({
      welcome: `${user.name}, with us since ${user.memberSince}`,
      orders: recentOrders.map(({ id, date, total, status }) => [id, date, total, status].join(' ')),
      bought: recentOrders[0].items.map(({ quantity, product }) => `${quantity} ${product.name}`),
      forYou: recommendations.map(({ name }) => name),
      figures: [analytics.orderCount, analytics.totalSpent, ...analytics.favoriteCategories],
    }),
    expected: {
      welcome: 'Alice, with us since 2020-06-01',
      orders: [
        '1 2024-03-01 1059.97 confirmed',
        'order_001 2024-02-01 1057 paid',
        'ord_2 2024-01-20 149.99 delivered',
        'ord_1 2024-01-10 99.99 delivered',
      ],
      bought: ['1 Laptop', '2 Mouse'],
      forYou: ['Headphones', 'Camera', 'Notebook', 'Pen', 'Folder'],
      figures: [4, 2366.95, 'accessories', 'electronics', 'office'],
    },
  },
  {
    name: "the web's page of a product",
    path: '/bff-web/graphql',
    document: documentOf('schema/views/web/product_page.graphql'),
    variables: { id: '1' },
    shows: ({ productPage: { product, reviews, recommendations, inventory } }) => ({
      product: `${product.name}, ${product.price}, ${inventory} left`,
      reviews: reviews.map(({ rating, userProfile }) => `${rating} by ${userProfile.name}`),
      similar: recommendations.map(({ name }) => name),
    }),
    expected: {
      product: 'Laptop, 999.99, 10 left',
      reviews: ['4 by Bob', '5 by Alice'],
      similar: ['Camera', 'Headphones'],
    },
  },
  {
    name: "the phone's home",
    path: '/bff-mobile/graphql',
    document: documentOf('schema/views/mobile/home.graphql'),
    variables: {},
    shows: ({ home: { user, recentOrders, quickActions } }) => ({
      welcome: user.name,
      orders: recentOrders.map(({ id, status }) => `${id} ${status}`),
      actions: quickActions.map(({ type, orderId }) => `${type} ${orderId}`),
    }),
    expected: {
      welcome: 'Alice',
      orders: ['1 confirmed', 'order_001 paid', 'ord_2 delivered', 'ord_1 delivered'],
      actions: ['reorder 1', 'track 1'],
    },
  },
  {
    name: "the phone's details of an order",
    path: '/bff-mobile/graphql',
    document: documentOf('schema/views/mobile/order_details.graphql'),
    variables: { id: 'ord_2' },
    shows: ({ order: { status, total, items, trackingNumber } }) => ({
      state: `${status}, ${total}, ${trackingNumber}`,
      items: items.map(({ name, quantity, price }) => `${quantity} ${name} at ${price}`),
    }),
    expected: {
      state: 'delivered, 149.99, TRACK-ORD_2',
      items: ['1 Headphones at 100', '1 Notebook at 19.99', '2 Folder at 15'],
    },
  },
];
