import { graphql } from 'relay-runtime';

export const fragment = graphql`
  fragment ProductPrice_product on Product {
    name
    price
  }
`;

export const query = graphql`
  query ProductPriceQuery($id: ID!) {
    product(id: $id) {
      ...ProductPrice_product
    }
  }
`;

export const mutation = graphql`
  mutation ProductPriceMutation($id: ID!, $price: Float!) {
    updateProduct(id: $id, price: $price) {
      product {
        ...ProductPrice_product
      }
    }
  }
`;
