//! The client's schema, and how it is made from what the gateway answers.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::graph::{self, Graph};

pub(crate) struct Query;

#[Object]
impl Query {
    async fn screen(&self, context: &Context<'_>) -> Result<Screen> {
        let data = context.data::<Graph>()?.ask().await?;
        Ok(Screen { people: all(data.users, person), picks: all(data.top_products, pick) })
    }
}

#[derive(SimpleObject)]
struct Screen {
    people: Vec<Person>,
    picks: Vec<Pick>,
}

#[derive(SimpleObject)]
struct Person {
    id: ID,
    handle: String,
    comments: Vec<Comment>,
}

#[derive(SimpleObject)]
struct Comment {
    id: ID,
    text: Option<String>,
    product: Option<String>,
    in_stock: bool,
}

#[derive(SimpleObject)]
struct Pick {
    upc: String,
    title: Option<String>,
    price: Option<i32>,
    delivery: Option<i32>,
    opinions: Vec<Opinion>,
}

#[derive(SimpleObject)]
struct Opinion {
    text: Option<String>,
    by: Option<String>,
}

fn person(user: graph::User) -> Person {
    Person {
        id: user.id.into(),
        handle: user.username.unwrap_or_default(),
        comments: all(user.reviews, comment),
    }
}

fn comment(review: graph::UserReview) -> Comment {
    let in_stock = review.product.as_ref().and_then(|product| product.in_stock);
    Comment {
        id: review.id.into(),
        text: review.body,
        product: review.product.and_then(|product| product.name),
        in_stock: in_stock.unwrap_or_default(),
    }
}

fn pick(product: graph::Product) -> Pick {
    Pick {
        upc: product.upc,
        title: product.name,
        price: product.price,
        delivery: product.shipping_estimate,
        opinions: all(product.reviews, opinion),
    }
}

fn opinion(review: graph::ProductReview) -> Opinion {
    Opinion { text: review.body, by: review.author.and_then(|author| author.username) }
}

fn all<T, R>(found: Option<Vec<T>>, made: impl Fn(T) -> R) -> Vec<R> {
    found.into_iter().flatten().map(made).collect()
}
