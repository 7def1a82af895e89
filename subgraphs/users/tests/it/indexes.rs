//! The statements that must not read whole tables do not, on 100 000 rows.

use subgraph_server::on_each_database;
use subgraph_server::testing::{Backend, TestDatabase, explain};

use crate::course;

on_each_database!(users_are_found_by_index);

async fn users_are_found_by_index(database: TestDatabase) {
    let client = course(&database).await;
    let subgraph = &client.subgraph;
    let fill = "with recursive numbers(n) as (
            select 1 union all select n + 1 from numbers where n < 100000
        )
        insert into users (id, username, name, email, created_at)
        select 'u' || n, 'user' || n, 'User ' || n, 'User' || n || '@example.com',
            '2024-01-01T00:00:00Z'
        from numbers";
    subgraph.database().sql(fill).execute().await.unwrap();
    subgraph.database().sql("analyze").execute().await.unwrap();

    let by_email = "select id from users where lower(email) = 'user77@example.com'";
    let plan = explain(subgraph, by_email).await;
    assert!(plan.contains("users_by_email"), "{plan}");

    let by_ids = match database.backend {
        Backend::Sqlite => {
            "select name from users where id in (select value from json_each('[\"u7\"]'))"
        }
        Backend::Postgres => {
            "select name from users where id in (select json_array_elements_text('[\"u7\"]'::json))"
        }
    };
    let plan = explain(subgraph, by_ids).await;
    assert!(!plan.to_lowercase().contains("scan users") && !plan.contains("Seq Scan"), "{plan}");
}
