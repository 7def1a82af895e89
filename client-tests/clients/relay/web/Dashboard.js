import { graphql } from 'relay-runtime';

export default graphql`
  query DashboardQuery {
    dashboard {
      user { name memberSince }
      recentOrders {
        date
        total
        status
        id
        items { quantity product { name } }
      }
      recommendations { name }
      analytics { totalSpent orderCount favoriteCategories }
    }
  }
`;
