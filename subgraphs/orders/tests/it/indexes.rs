//! The statements that must not read whole tables do not, on 100 000 rows.

use subgraph_server::on_each_database;
use subgraph_server::testing::{TestDatabase, explain};

use crate::course;

on_each_database!(orders_are_found_by_index);

async fn orders_are_found_by_index(database: TestDatabase) {
    let client = course(&database).await;
    let subgraph = &client.subgraph;
    let fill = "with recursive numbers(n) as (
            select 1 union all select n + 1 from numbers where n < 100000
        )
        insert into orders (id, user_id, status, total_cents, created_at)
        select 'o' || n, 'u' || (n % 5000), 'paid', n,
            '20' || (10 + n % 10) || '-01-' || (10 + n % 18) || 'T00:00:00Z'
        from numbers";
    subgraph.database().sql(fill).execute().await.unwrap();
    subgraph.database().sql("analyze").execute().await.unwrap();

    let check = async |sql: &str, index: &str| {
        let plan = explain(subgraph, sql).await;
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN orders\n"), "{plan}");
    };
    check("select total_cents from orders where user_id = 'u77'", "orders_by_user").await;
    let newest = "select total_cents from orders order by created_at desc, id limit 10";
    check(newest, "orders_by_time").await;
    let newest = "select total_cents from orders order by created_at desc limit 10";
    check(newest, "orders_by_time").await;
    let of_user =
        "select total_cents from orders where user_id = 'u77' order by created_at desc, id";
    check(of_user, "orders_by_user").await;
}
