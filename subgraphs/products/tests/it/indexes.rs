//! The statements that must not read whole tables do not, on 100 000 rows.

use subgraph_server::on_each_database;
use subgraph_server::testing::{TestDatabase, explain};

use crate::course;

on_each_database!(products_are_found_by_index);

async fn products_are_found_by_index(database: TestDatabase) {
    let client = course(&database).await;
    let subgraph = &client.subgraph;
    let fill = "with recursive numbers(n) as (
            select 1 union all select n + 1 from numbers where n < 100000
        )
        insert into products (id, name, price_cents, stock, category)
        select 'p' || n, 'Product ' || n, n * 7 % 1000000, n % 100, 'category ' || (n % 50)
        from numbers";
    subgraph.database().sql(fill).execute().await.unwrap();
    subgraph.database().sql("analyze").execute().await.unwrap();

    let of_category = "select name from products
        where category = 'category 7' and price_cents between 2000 and 500000";
    let plan = explain(subgraph, of_category).await;
    assert!(plan.contains("products_by_category_and_price"), "{plan}");

    let at_price = "select name from products where price_cents between 2000 and 3000";
    let plan = explain(subgraph, at_price).await;
    assert!(plan.contains("products_by_price"), "{plan}");

    let best = "select name from products where stock > 0
        order by average_rating desc, id limit 110";
    let plan = explain(subgraph, best).await;
    assert!(plan.contains("products_by_rating"), "{plan}");
}
