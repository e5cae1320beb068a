//! The part of AWS that the binaries reach from a test: the tables, as the function's role allows; the two keys of KMS;
//! and an organization.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use vestibule_shared::signer::Signer;
use vestibule_tables::Endpoint;

use super::runtime::serve;

/// Made once: new keys take long.
static PKCS8: LazyLock<Vec<u8>> = LazyLock::new(|| Signer::generate_pkcs8().unwrap());
/// The only data key.
const DATA_KEY: [u8; 32] = [9; 32];

struct Reachable {
    tables: Mutex<Option<Endpoint>>,
    signer: Signer,
}

/// An AWS at an address of its own.
pub(crate) struct Aws {
    pub(crate) address: SocketAddr,
    state: Arc<Reachable>,
    _server: JoinSet<()>,
}

impl Aws {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Reachable {
            tables: Mutex::new(None),
            signer: Signer::local(&PKCS8).unwrap(),
        });
        let router = Router::new()
            .route("/", post(answer))
            .with_state(Arc::clone(&state));
        let (address, server) = serve(router).await;
        Self {
            address,
            state,
            _server: server,
        }
    }

    /// From now on, requests to `DynamoDB` are answered by these tables.
    pub(crate) fn attach(&self, tables: Endpoint) {
        *self.state.tables.lock().unwrap() = Some(tables);
    }

    /// The key that accounts trust.
    pub(crate) fn signer(&self) -> &Signer {
        &self.state.signer
    }
}

async fn answer(State(state): State<Arc<Reachable>>, headers: HeaderMap, body: String) -> Response {
    let target = headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap());
    let target = target.unwrap_or_default();
    if target.starts_with("DynamoDB_") {
        let tables = state.tables.lock().unwrap().clone().unwrap();
        let (status, body) = tables.answer(target, &body).await.unwrap();
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let answer = match target {
        "TrentService.Sign" => sign(&state, &request).await,
        "TrentService.GetPublicKey" => {
            let key = state.signer.public_key_der().await.unwrap();
            json!({ "KeyId": request["KeyId"], "PublicKey": STANDARD.encode(key) })
        }
        "TrentService.GenerateDataKey" | "TrentService.Decrypt" => json!({
            "KeyId": request["KeyId"],
            "Plaintext": STANDARD.encode(DATA_KEY),
            "CiphertextBlob": STANDARD.encode(b"the data key"),
        }),
        "AWSOrganizationsV20161128.ListAccounts" => json!({ "Accounts": [{
            "Id": "111111111111",
            "Name": "dev",
            "Email": "dev@example.com",
            "Status": "ACTIVE",
            "State": "ACTIVE",
        }] }),
        other => {
            let error = json!({ "__type": "UnknownOperationException", "message": other });
            return (StatusCode::BAD_REQUEST, Json(error)).into_response();
        }
    };
    Json(answer).into_response()
}

async fn sign(state: &Reachable, request: &Value) -> Value {
    assert_eq!(request["MessageType"], "RAW");
    assert_eq!(request["SigningAlgorithm"], "RSASSA_PKCS1_V1_5_SHA_256");
    let message = STANDARD
        .decode(request["Message"].as_str().unwrap())
        .unwrap();
    let signature = state.signer.sign(&message).await.unwrap();
    json!({ "KeyId": request["KeyId"], "Signature": STANDARD.encode(signature) })
}
