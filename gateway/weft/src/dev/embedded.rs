//! The three subgraphs in this process: a database file, a listener on loopback, real HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use subgraph_server::{DatabaseUrl, Definition, Profile, Server, ServerOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const DEFINITIONS: [Definition; 3] = [users::DEFINITION, orders::DEFINITION, products::DEFINITION];

/// Running subgraphs.
pub(super) struct EmbeddedSubgraphs {
    running: Vec<EmbeddedSubgraph>,
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

/// One running subgraph.
pub(super) struct EmbeddedSubgraph {
    pub(super) name: &'static str,
    pub(super) url: String,
    pub(super) database: PathBuf,
    pub(super) sdl: String,
}

impl EmbeddedSubgraphs {
    /// Opens, migrates and seeds the databases in `data_dir`, and listens.
    pub(super) async fn start(data_dir: &Path, profile: Profile) -> anyhow::Result<Self> {
        let (stop, _) = watch::channel(());
        let mut subgraphs = Self { running: Vec::new(), stop, tasks: Vec::new() };
        let opening = DEFINITIONS.map(|definition| {
            let database = data_dir.join(format!("{}.db", definition.name));
            let server = tokio::spawn(open(definition, database.clone(), profile));
            (definition, database, server)
        });
        for (definition, database, server) in opening {
            let server = server.await.context("opening a subgraph was interrupted")??;
            let url = format!("http://{}/graphql", server.address());
            let sdl = (definition.sdl)();
            subgraphs.serve(definition.name, server);
            subgraphs.running.push(EmbeddedSubgraph { name: definition.name, url, database, sdl });
        }
        Ok(subgraphs)
    }

    fn serve(&mut self, name: &'static str, server: Server) {
        let mut stopping = self.stop.subscribe();
        let stopped = async move {
            // An error says that nobody is left to say stop.
            let _ = stopping.changed().await;
        };
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = server.serve(stopped).await {
                tracing::error!(error = format!("{error:#}"), subgraph = name, "has stopped");
            }
        }));
    }

    /// All of them, users first.
    pub(super) fn running(&self) -> &[EmbeddedSubgraph] {
        &self.running
    }

    /// Lets them finish and close their databases.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

async fn open(
    definition: Definition,
    database: PathBuf,
    profile: Profile,
) -> anyhow::Result<Server> {
    let url = DatabaseUrl::sqlite_file(&database);
    let name = definition.name;
    let subgraph = (definition.open)(url, profile)
        .await
        .with_context(|| format!("cannot open the database of {name}, {}", database.display()))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Server::bind(address, subgraph, ServerOptions::default()).await
}
