//! Moto's server, of the version that the tests install.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::client::Client;
use super::signing::Key;
use crate::Result;

/// How long its start may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub(super) struct Moto {
    address: String,
    child: Child,
}

impl Moto {
    pub(super) async fn start() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let server = root.join(".vestibule/test/clients/bin/moto_server");
        let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let child = Command::new(&server)
            .args(["-H", "127.0.0.1", "-p", &free.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error} (make setup-tests)", server.display()))?;
        let ready = async {
            while TcpStream::connect(free).await.is_err() {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(PATIENCE, ready)
            .await
            .map_err(|_| "moto does not start")?;
        Ok(Self {
            address: free.to_string(),
            child,
        })
    }

    pub(super) fn client(&self) -> Client {
        let key = Key {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "secret".to_owned(),
        };
        Client::new(self.address.clone(), key)
    }

    pub(super) async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}
