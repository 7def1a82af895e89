import { graphql } from 'relay-runtime';

export default graphql`
  query ProductPageQuery($id: ID!) {
    productPage(id: $id) {
      product { name price }
      reviews { rating userProfile { name } }
      recommendations { name }
      inventory
    }
  }
`;
