//! The users that a profile brings. `demo_user` and `demo_user_001` to `demo_user_100` are also
//! known to the orders subgraph's fixtures, as ids.

use subgraph_server::{Database, Error, Profile};

/// How many users `demo` has besides `demo_user`.
const DEMO_USERS: u32 = 100;

const FIRST_NAMES: [&str; 10] =
    ["Ada", "Ben", "Carla", "Diego", "Eva", "Femi", "Greta", "Hugo", "Ines", "Jun"];

const LAST_NAMES: [&str; 10] = [
    "Alvarez", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jansen",
];

struct Fixture<'a> {
    id: &'a str,
    username: &'a str,
    name: &'a str,
    email: &'a str,
    phone: Option<&'a str>,
    address: Option<&'a str>,
    preferences: Option<&'a str>,
    created_at: &'a str,
    settings: Option<&'a str>,
}

const COURSE: [Fixture<'_>; 3] = [
    Fixture {
        id: "123",
        username: "johndoe",
        name: "John Doe",
        email: "john@example.com",
        phone: Some("+1234567890"),
        address: None,
        preferences: Some(r#"{"newsletter":true,"theme":"light"}"#),
        created_at: "2020-01-01T00:00:00Z",
        settings: None,
    },
    Fixture {
        id: "user_123",
        username: "alice",
        name: "Alice",
        email: "alice@example.com",
        phone: None,
        address: Some(r#"{"street":"123 Main St","city":"NYC","zip":"10001"}"#),
        preferences: None,
        created_at: "2020-06-01T00:00:00Z",
        settings: None,
    },
    Fixture {
        id: "user_456",
        username: "bob",
        name: "Bob",
        email: "bob@example.com",
        phone: None,
        address: None,
        preferences: Some(r#"{"theme":"dark"}"#),
        created_at: "2021-01-01T00:00:00Z",
        settings: None,
    },
];

/// Adds the profile's users; who is there already stays as they are.
pub(crate) async fn seed(database: &Database, profile: Profile) -> Result<(), Error> {
    if profile == Profile::None {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    for user in &COURSE {
        insert(&mut transaction, user).await?;
    }
    if profile == Profile::Demo {
        demo_user(&mut transaction, "demo_user", "Demo User", 0).await?;
        for number in 1..=DEMO_USERS {
            let (first, last) = ((number - 1) % 10, (number - 1) / 10);
            let name = format!("{} {}", FIRST_NAMES[first as usize], LAST_NAMES[last as usize]);
            demo_user(&mut transaction, &format!("demo_user_{number:03}"), &name, number).await?;
        }
    }
    transaction.commit().await
}

async fn demo_user(
    transaction: &mut subgraph_server::Transaction,
    id: &str,
    name: &str,
    number: u32,
) -> Result<(), Error> {
    let fixture = Fixture {
        id,
        username: id,
        name,
        email: &format!("{id}@example.com"),
        phone: None,
        address: None,
        preferences: Some(if number.is_multiple_of(2) {
            r#"{"theme":"light"}"#
        } else {
            r#"{"theme":"dark"}"#
        }),
        created_at: &format!("2022-{:02}-{:02}T00:00:00Z", number % 12 + 1, number % 28 + 1),
        settings: Some(r#"{"language":"en","notifications":true}"#),
    };
    insert(transaction, &fixture).await
}

async fn insert(
    transaction: &mut subgraph_server::Transaction,
    user: &Fixture<'_>,
) -> Result<(), Error> {
    transaction
        .sql(
            "insert into users
                (id, username, name, email, phone, address, preferences, created_at, settings)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict do nothing",
        )
        .bind(user.id)
        .bind(user.username)
        .bind(user.name)
        .bind(user.email)
        .bind(user.phone)
        .bind(user.address)
        .bind(user.preferences)
        .bind(user.created_at)
        .bind(user.settings)
        .execute()
        .await?;
    Ok(())
}
