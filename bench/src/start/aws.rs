//! The part of AWS that the binaries reach: the tables, as a function's role allows, and the two keys of KMS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kms::config::{Credentials, SharedCredentialsProvider};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_tables::fixture::World;
use vestibule_tables::{Endpoint, REGION, Template};

use crate::Result;

/// The only data key.
const DATA_KEY: [u8; 32] = [9; 32];

struct Reachable {
    tables: Mutex<Option<Endpoint>>,
    signer: Signer,
}

/// An AWS at an address of its own.
pub(super) struct Aws {
    pub(super) address: SocketAddr,
    state: Arc<Reachable>,
    _server: JoinSet<()>,
}

impl Aws {
    pub(super) async fn start() -> Result<Self> {
        let state = Arc::new(Reachable {
            tables: Mutex::new(None),
            signer: Signer::local(&Signer::generate_pkcs8()?)?,
        });
        let router = Router::new()
            .route("/", post(answer))
            .with_state(Arc::clone(&state));
        let (address, server) = serve(router).await?;
        Ok(Self {
            address,
            state,
            _server: server,
        })
    }

    /// From now on, requests to the tables are answered as `function` may make them.
    pub(super) fn serve(&self, function: &str, world: &World) -> Result<()> {
        let function = Template::embedded()?.function(function);
        let tables = function
            .zip(world.engine.as_ref())
            .map(|(function, engine)| engine.endpoint_of(function, &world.names));
        let mut serving = self
            .state
            .tables
            .lock()
            .map_err(|error| error.to_string())?;
        *serving = tables;
        Ok(())
    }

    /// The key that accounts trust.
    pub(super) fn signer(&self) -> &Signer {
        &self.state.signer
    }

    /// What the functions seal with.
    pub(super) fn sealer(&self) -> Sealer {
        Sealer::kms(
            aws_sdk_kms::Client::new(&self.config()),
            "sealing".to_owned(),
        )
    }

    /// What clients of it are configured with.
    pub(super) fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("bench", "bench", None, None, "bench");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }
}

async fn answer(State(state): State<Arc<Reachable>>, headers: HeaderMap, body: String) -> Response {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    match reply(&state, target.unwrap_or_default(), &body).await {
        Ok((status, body)) => (status, body).into_response(),
        Err(error) => {
            let error =
                json!({ "__type": "UnknownOperationException", "message": error.to_string() });
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
    }
}

async fn reply(state: &Reachable, target: &str, body: &str) -> Result<(StatusCode, String)> {
    if target.starts_with("DynamoDB_") {
        let tables = state.tables.lock().map(|tables| tables.clone());
        let tables = tables.ok().flatten().ok_or("there are no tables")?;
        let (status, body) = tables.answer(target, body).await?;
        return Ok((StatusCode::from_u16(status)?, body));
    }
    let request: Value = serde_json::from_str(body)?;
    let key = request.get("KeyId").cloned().unwrap_or_default();
    let answer = match target {
        "TrentService.GetPublicKey" => {
            let public = state.signer.public_key_der().await?;
            json!({ "KeyId": key, "PublicKey": STANDARD.encode(public) })
        }
        "TrentService.GenerateDataKey" | "TrentService.Decrypt" => json!({
            "KeyId": key,
            "Plaintext": STANDARD.encode(DATA_KEY),
            "CiphertextBlob": STANDARD.encode(b"the data key"),
        }),
        other => return Err(other.into()),
    };
    Ok((StatusCode::OK, answer.to_string()))
}

/// Serves on a port of its own until the set is dropped.
pub(super) async fn serve(router: Router) -> Result<(SocketAddr, JoinSet<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut server = JoinSet::new();
    server.spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}
