import { graphql } from 'relay-runtime';

export default graphql`
  query OrderDetailsQuery($id: ID!) {
    order(id: $id) {
      status
      total
      trackingNumber
      items { name quantity price }
    }
  }
`;
