//! The subgraph `products` as Apollo's subgraph compatibility suite wants it: every directive of
//! Federation on a few fixed rows. `client-tests/federation` goes through it, alone and behind the
//! gateway. Knows nothing of the shop's products.

use std::process::ExitCode;

use async_graphql::{EmptyMutation, ID, InputObject, Object, SimpleObject, TypeDirective};
use futures_util::FutureExt;
use subgraph_server::{Database, DatabaseUrl, Definition, Subgraph};

fn main() -> ExitCode {
    subgraph_server::main(&DEFINITION)
}

const DEFINITION: Definition = Definition {
    name: "products",
    listen: "127.0.0.1:4001",
    database_url: "sqlite::memory:",
    sdl: || subgraph_server::sdl(Query, EmptyMutation),
    open: |url, _profile| open(url).boxed(),
};

async fn open(url: DatabaseUrl) -> anyhow::Result<Subgraph> {
    let database = Database::connect(&url).await?;
    // The rows are in this file.
    Ok(Subgraph::new(DEFINITION.name, (Query, EmptyMutation), database, |_| ()))
}

#[TypeDirective(
    name = "custom",
    location = "Object",
    composable = "https://myspecs.dev/myCustomDirective/v1.0"
)]
fn custom() {}

struct Product {
    id: &'static str,
    sku: &'static str,
    package: &'static str,
    variation: &'static str,
    case: &'static Case,
}

struct Case {
    number: &'static str,
    description: &'static str,
}

const CASES: [Case; 2] = [
    Case { number: "1234", description: "Federation Study" },
    Case { number: "1235", description: "Studio Study" },
];

const PRODUCTS: [Product; 2] = [
    Product {
        id: "apollo-federation",
        sku: "federation",
        package: "@apollo/federation",
        variation: "OSS",
        case: &CASES[0],
    },
    Product {
        id: "apollo-studio",
        sku: "studio",
        package: "",
        variation: "platform",
        case: &CASES[1],
    },
];

const EMAIL: &str = "support@apollographql.com";
const CREATED: i32 = 1337;

#[derive(Clone, Copy)]
struct Query;

#[Object]
impl Query {
    async fn product(&self, id: ID) -> Option<&'static Product> {
        product(|product| id == product.id)
    }

    #[graphql(deprecation = "Use product query instead")]
    async fn deprecated_product(&self, sku: String, package: String) -> Option<DeprecatedProduct> {
        DeprecatedProduct::find(&sku, &package)
    }

    #[graphql(entity)]
    async fn product_by_id(&self, id: ID) -> Option<&'static Product> {
        product(|product| id == product.id)
    }

    #[graphql(entity)]
    async fn product_by_package(&self, sku: String, package: String) -> Option<&'static Product> {
        product(|product| sku == product.sku && package == product.package)
    }

    #[graphql(entity)]
    async fn product_by_variation(
        &self,
        sku: String,
        variation: VariationKey,
    ) -> Option<&'static Product> {
        product(|product| sku == product.sku && variation.id == product.variation)
    }

    #[graphql(entity)]
    async fn deprecated_by_package(
        &self,
        sku: String,
        package: String,
    ) -> Option<DeprecatedProduct> {
        DeprecatedProduct::find(&sku, &package)
    }

    #[graphql(entity)]
    async fn research_by_study(&self, study: CaseKey) -> Option<ProductResearch> {
        let case = CASES.iter().find(|case| study.case_number == case.number)?;
        Some(ProductResearch::of(case))
    }

    #[graphql(entity)]
    async fn user_by_email(
        &self,
        #[graphql(key)] email: ID,
        total_products_created: Option<i32>,
        years_of_employment: Option<i32>,
    ) -> User {
        User { email, total_products_created, years_of_employment }
    }

    #[graphql(entity)]
    async fn inventory_by_id(&self, id: ID) -> Inventory {
        Inventory { id }
    }
}

fn product(is_wanted: impl Fn(&Product) -> bool) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| is_wanted(product))
}

#[derive(InputObject)]
struct VariationKey {
    id: ID,
}

#[derive(InputObject)]
struct CaseKey {
    case_number: ID,
}

#[Object(directive = custom::apply())]
impl Product {
    async fn id(&self) -> ID {
        self.id.into()
    }

    async fn sku(&self) -> Option<&str> {
        Some(self.sku)
    }

    async fn package(&self) -> Option<&str> {
        Some(self.package)
    }

    async fn variation(&self) -> Option<ProductVariation> {
        Some(ProductVariation { id: self.variation.into() })
    }

    async fn dimensions(&self) -> Option<ProductDimension> {
        Some(ProductDimension { size: Some("small"), weight: Some(1.0), unit: Some("kg") })
    }

    #[graphql(provides = "totalProductsCreated")]
    async fn created_by(&self) -> Option<User> {
        Some(User::creator())
    }

    #[graphql(tag = "internal")]
    async fn notes(&self) -> Option<&str> {
        None
    }

    async fn research(&self) -> Vec<ProductResearch> {
        vec![ProductResearch::of(self.case)]
    }
}

struct DeprecatedProduct;

impl DeprecatedProduct {
    const SKU: &'static str = "apollo-federation-v1";
    const PACKAGE: &'static str = "@apollo/federation-v1";

    fn find(sku: &str, package: &str) -> Option<Self> {
        (sku == Self::SKU && package == Self::PACKAGE).then_some(Self)
    }
}

#[Object]
impl DeprecatedProduct {
    async fn sku(&self) -> &str {
        Self::SKU
    }

    async fn package(&self) -> &str {
        Self::PACKAGE
    }

    async fn reason(&self) -> Option<&str> {
        Some("Migrate to Federation V2")
    }

    async fn created_by(&self) -> Option<User> {
        Some(User::creator())
    }
}

#[derive(SimpleObject)]
struct ProductVariation {
    id: ID,
}

#[derive(SimpleObject)]
#[graphql(shareable)]
struct ProductDimension {
    size: Option<&'static str>,
    weight: Option<f64>,
    #[graphql(inaccessible)]
    unit: Option<&'static str>,
}

#[derive(SimpleObject)]
struct ProductResearch {
    study: CaseStudy,
    outcome: Option<&'static str>,
}

#[derive(SimpleObject)]
struct CaseStudy {
    case_number: ID,
    description: Option<&'static str>,
}

impl ProductResearch {
    fn of(case: &Case) -> Self {
        let study =
            CaseStudy { case_number: case.number.into(), description: Some(case.description) };
        Self { study, outcome: None }
    }
}

/// Of another subgraph: what it requires comes with the representation.
struct User {
    email: ID,
    total_products_created: Option<i32>,
    years_of_employment: Option<i32>,
}

impl User {
    fn creator() -> Self {
        Self {
            email: EMAIL.into(),
            total_products_created: Some(CREATED),
            years_of_employment: None,
        }
    }
}

#[Object(extends)]
impl User {
    #[graphql(requires = "totalProductsCreated yearsOfEmployment")]
    async fn average_products_created_per_year(&self) -> Option<i32> {
        let years = self.years_of_employment.filter(|years| *years > 0)?;
        Some(self.total_products_created? / years)
    }

    #[graphql(external)]
    async fn email(&self) -> &ID {
        &self.email
    }

    #[graphql(override_from = "users")]
    async fn name(&self) -> Option<&str> {
        (self.email == EMAIL).then_some("Jane Smith")
    }

    #[graphql(external)]
    async fn total_products_created(&self) -> Option<i32> {
        self.total_products_created
    }

    #[graphql(external)]
    async fn years_of_employment(&self) -> i32 {
        self.years_of_employment.unwrap_or_default()
    }
}

/// An interface elsewhere.
struct Inventory {
    id: ID,
}

#[Object(interface_object)]
impl Inventory {
    async fn id(&self) -> &ID {
        &self.id
    }

    async fn deprecated_products(&self) -> Vec<DeprecatedProduct> {
        vec![DeprecatedProduct]
    }
}
