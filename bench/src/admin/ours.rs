//! The function `admin` on a port, over tables in a file, as the program has them.

use axum::Router;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use vestibule_admin::{Context, create_access_key, router};
use vestibule_shared::{Clock, Random};
use vestibule_tables::fixture::World;
use vestibule_tables::{Engine, Template};

use super::client::Client;
use super::signing::Key;
use crate::Result;
use crate::organization::{self, Keys};

/// A running function. Nothing provisions: moto's operations do not either.
pub(super) struct Ours {
    address: String,
    key: Key,
    _server: JoinSet<()>,
    _tables: TempDir,
}

impl Ours {
    pub(super) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let engine = Engine::open(&folder.path().join("tables.db"))?;
        let names = engine.create_tables(Template::embedded()?, "bench").await?;
        let world = World::over(&engine.client(), names, Some(engine))?;
        let sample = world.populate().await?;
        let keys = Keys::generate()?;
        organization::certify(&world, &sample, &keys).await?;
        let context = context(&world, &keys)?;
        let key = create_access_key(&context, "bench").await;
        let key = key.map_err(|error| error.to_string())?;
        let (address, server) = serve(router(context)).await?;
        Ok(Self {
            address,
            key: Key {
                id: key.id,
                secret: key.secret,
            },
            _server: server,
            _tables: folder,
        })
    }

    pub(super) fn client(&self) -> Client {
        Client::new(self.address.clone(), self.key.clone())
    }
}

/// Signatures are of today, so that the clock must be the system's.
fn context(world: &World, keys: &Keys) -> Result<Context> {
    let unreachable = aws_sdk_organizations::Config::builder()
        .behavior_version(aws_sdk_organizations::config::BehaviorVersion::latest())
        .region(aws_sdk_organizations::config::Region::new("us-east-1"))
        .build();
    Ok(Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        audit: world.audit.clone(),
        sealer: keys.sealer.clone(),
        signer: keys.signer.clone(),
        organizations: aws_sdk_organizations::Client::from_conf(unreachable),
        management_account: vestibule_shared::ids::AccountId::parse("999999999999")?,
        region: "us-east-1".to_owned(),
        clock: Clock::system(),
        random: Random::system(),
    })
}

async fn serve(router: Router) -> Result<(String, JoinSet<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let mut server = JoinSet::new();
    server.spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}
