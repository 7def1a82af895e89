import { graphql } from 'relay-runtime';

export default graphql`
  query HomeQuery {
    home {
      user { name }
      recentOrders { id status }
      quickActions { type orderId }
    }
  }
`;
