//! A user: its row, its fields and the statement that reads it.

use std::collections::HashMap;

use async_graphql::{Json, Object, SimpleObject};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Database, DateTime, Loader, Rows};

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    id: String,
    username: String,
    name: String,
    email: String,
    phone: Option<String>,
    address: Option<serde_json::Value>,
    preferences: Option<serde_json::Value>,
    avatar_url: Option<String>,
    loyalty_points: i32,
    created_at: DateTime,
    settings: Option<serde_json::Value>,
}

/// Users by id, in one statement for all users that a request asks for.
pub(crate) struct UserLoader {
    pub(crate) by_id: Loader<String, User>,
}

impl UserLoader {
    pub(crate) fn new(database: &Database) -> UserLoader {
        UserLoader { by_id: Loader::new(database, by_id) }
    }
}

async fn by_id(database: Database, ids: Vec<String>) -> Rows<String, User> {
    let users: Vec<User> = database
        .sql(
            "select id, username, name, email, phone, address, preferences, avatar_url,
                loyalty_points, created_at, settings
            from users
            where id in (select value from json_each($1))",
        )
        .bind_keys(&ids)
        .fetch_all()
        .await?;
    Ok(users.into_iter().map(|user| (user.id.clone(), user)).collect::<HashMap<_, _>>())
}

impl FromRow<'_, AnyRow> for User {
    fn from_row(row: &AnyRow) -> sqlx::Result<User> {
        Ok(User {
            id: row.try_get("id")?,
            username: row.try_get("username")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            phone: row.try_get("phone")?,
            address: json(row, "address")?,
            preferences: json(row, "preferences")?,
            avatar_url: row.try_get("avatar_url")?,
            loyalty_points: row.try_get("loyalty_points")?,
            created_at: DateTime::from_column(row.try_get("created_at")?),
            settings: json(row, "settings")?,
        })
    }
}

/// Reads a column that holds JSON text.
fn json(row: &AnyRow, column: &str) -> sqlx::Result<Option<serde_json::Value>> {
    let decode = |text: &str| {
        serde_json::from_str(text).map_err(|cause| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: cause.into(),
        })
    };
    row.try_get::<Option<String>, _>(column)?.as_deref().map(decode).transpose()
}

/// Somebody with an account.
#[Object]
impl User {
    async fn id(&self) -> async_graphql::ID {
        self.id.as_str().into()
    }

    /// The handle, unique among users.
    async fn username(&self) -> &str {
        &self.username
    }

    /// The name to show.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The e-mail address, unique among users.
    async fn email(&self) -> &str {
        &self.email
    }

    async fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    /// The postal address: street, city and zip.
    async fn address(&self) -> Option<Json<&serde_json::Value>> {
        self.address.as_ref().map(Json)
    }

    /// What the user likes, such as a theme.
    async fn preferences(&self) -> Option<Json<&serde_json::Value>> {
        self.preferences.as_ref().map(Json)
    }

    async fn avatar_url(&self) -> Option<&str> {
        self.avatar_url.as_deref()
    }

    async fn loyalty_points(&self) -> i32 {
        self.loyalty_points
    }

    /// When the account was made.
    async fn created_at(&self) -> &DateTime {
        &self.created_at
    }

    /// The day the account was made, such as `2020-01-01`.
    async fn member_since(&self) -> &str {
        self.created_at.day()
    }

    /// What the user has switched on and off, such as notifications.
    async fn settings(&self) -> Option<Json<&serde_json::Value>> {
        self.settings.as_ref().map(Json)
    }

    /// What other users may see.
    async fn profile(&self) -> UserProfile<'_> {
        UserProfile { name: &self.name, email: &self.email, avatar_url: self.avatar_url.as_deref() }
    }

    #[graphql(deprecation = "Use 'name' instead")]
    async fn full_name(&self) -> Option<&str> {
        Some(&self.name)
    }
}

/// A user's card.
#[derive(SimpleObject)]
pub(crate) struct UserProfile<'a> {
    name: &'a str,
    email: &'a str,
    avatar_url: Option<&'a str>,
}
