//! The port: `localhost` under both of its addresses, because browsers take either.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::{self, Body};
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::problem::Problem;

/// How long requests that are being answered may take when the program ends.
const GRACE: Duration = Duration::from_secs(2);

/// The largest body, in bytes, that an HTTP API hands on.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// A port that is taken, before anything answers on it.
#[derive(Debug)]
pub struct Port {
    listeners: Vec<TcpListener>,
    /// Its number.
    pub number: u16,
}

impl Port {
    /// Takes a port; 0 is any free one.
    pub async fn take(number: u16) -> Result<Self, Problem> {
        let unusable = |error| refused(number, error);
        let first = listen(Ipv4Addr::LOCALHOST.into(), number).await;
        let first = first.map_err(unusable)?;
        let number = first.local_addr().map_err(unusable)?.port();
        let mut listeners = vec![first];
        match listen(Ipv6Addr::LOCALHOST.into(), number).await {
            Ok(second) => listeners.push(second),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Err(refused(number, error));
            }
            // A machine without IPv6, where no browser will try it.
            Err(error) => tracing::info!(%error, "there is no IPv6"),
        }
        Ok(Self { listeners, number })
    }

    /// The origin that browsers see.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.number)
    }

    /// Answers requests until `ending` says that the program ends.
    pub async fn serve(self, router: &Router, ending: &watch::Receiver<bool>) -> io::Result<()> {
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            let service = router
                .clone()
                .layer(middleware::from_fn(whole))
                .into_make_service_with_connect_info::<SocketAddr>();
            let mut ended = ending.clone();
            let ending = async move {
                // The sender goes only when the program does.
                let _ = ended.wait_for(|ended| *ended).await;
            };
            let server = axum::serve(listener, service).with_graceful_shutdown(ending);
            servers.spawn(server.into_future());
        }
        let mut ended = ending.clone();
        tokio::select! {
            Some(Ok(server)) = servers.join_next() => server?,
            _ = ended.wait_for(|ended| *ended) => {}
        }
        // Browsers keep connections open that nothing comes over any more.
        let _ = timeout(GRACE, async {
            while servers.join_next().await.is_some() {}
        })
        .await;
        Ok(())
    }
}

/// Reads the body before anything answers, as an HTTP API does. A function that refuses a body without reading it would have
/// the connection closed on whoever is still sending, and they would never read why.
async fn whole(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = body::to_bytes(body, LARGEST_BODY).await else {
        let said = Json(json!({ "message": "Request Entity Too Large" }));
        return (StatusCode::PAYLOAD_TOO_LARGE, said).into_response();
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    next.run(request).await
}

async fn listen(address: IpAddr, number: u16) -> io::Result<TcpListener> {
    TcpListener::bind((address, number)).await
}

fn refused(number: u16, error: io::Error) -> Problem {
    let taken = error.kind() == io::ErrorKind::AddrInUse;
    let problem = Problem::because(format!("port {number} cannot be used"))(error);
    if !taken {
        return problem;
    }
    let other = number.saturating_add(1);
    problem.remedy(format!(
        "End what listens there, or use another port: cargo run -- --port {other}"
    ))
}
