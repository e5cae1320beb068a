//! One GET over a connection of its own: `https` only, to an address that was looked at before and after, no redirects, no
//! proxies, an answer of bounded size.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use http::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use url::{Host, Url};

/// Says whether an address may be connected to.
pub(super) type AllowedAddresses = fn(IpAddr) -> bool;

/// How many of a name's addresses are tried.
const MOST_ADDRESSES: usize = 4;
/// The largest head of an answer, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;

/// Why an issuer's keys are not there. All of it is for the log of the application, which chose the issuer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreachable {
    #[error("it did not answer in time")]
    Slow,
    #[error("it did not answer a moment ago")]
    TriedBefore,
    #[error("its address is not a public one")]
    Address,
    #[error("it could not be connected to")]
    Connection(#[from] io::Error),
    #[error("it could not be connected to")]
    Security(#[from] rustls::Error),
    #[error("it did not answer as HTTP servers do")]
    Protocol(#[from] hyper::Error),
    #[error("it answered with the status {0}")]
    Status(StatusCode),
    #[error("its answer is larger than it may be")]
    Size,
    #[error("its document is not one that can be used")]
    Document,
}

/// What can be reached from here.
pub(super) struct Outside {
    allowed: AllowedAddresses,
    roots: Option<RootCertStore>,
    /// Made when it is first needed: reading the system's certificates takes a while.
    security: OnceLock<Arc<ClientConfig>>,
}

impl Outside {
    pub(super) fn new(allowed: AllowedAddresses, roots: Option<RootCertStore>) -> Self {
        Self {
            allowed,
            roots,
            security: OnceLock::new(),
        }
    }

    /// The body of what is at `url`, if that answers 200 at once.
    pub(super) async fn get(&self, url: &Url, largest: usize) -> Result<Vec<u8>, Unreachable> {
        let host = url.host().filter(|_| url.scheme() == "https");
        let host = host.ok_or(Unreachable::Address)?;
        let port = url.port().unwrap_or(443);
        let stream = self.connect(&host, port).await?;
        let stream = self.secure(stream, &host).await?;
        let request = request(url).map_err(|_| Unreachable::Address)?;
        exchange(stream, request, largest).await
    }

    /// Connects to an address of the host's that is allowed. The name is looked up once: what was looked at is what is
    /// connected to.
    async fn connect(&self, host: &Host<&str>, port: u16) -> Result<TcpStream, Unreachable> {
        let addresses: Vec<SocketAddr> = match host {
            Host::Ipv4(address) => vec![SocketAddr::from((*address, port))],
            Host::Ipv6(address) => vec![SocketAddr::from((*address, port))],
            Host::Domain(name) => tokio::net::lookup_host((*name, port)).await?.collect(),
        };
        let allowed = addresses
            .into_iter()
            .filter(|address| (self.allowed)(address.ip()))
            .take(MOST_ADDRESSES);
        let mut last = Unreachable::Address;
        for address in allowed {
            match TcpStream::connect(address).await {
                Ok(stream) if (self.allowed)(stream.peer_addr()?.ip()) => return Ok(stream),
                Ok(_) => {}
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    async fn secure(
        &self,
        stream: TcpStream,
        host: &Host<&str>,
    ) -> Result<TlsStream<TcpStream>, Unreachable> {
        let name = match host {
            Host::Ipv4(address) => ServerName::from(IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(*address)),
            Host::Domain(name) => {
                let name = (*name).to_owned();
                ServerName::try_from(name).map_err(|_| Unreachable::Address)?
            }
        };
        let connector = TlsConnector::from(self.security()?);
        Ok(connector.connect(name, stream).await?)
    }

    fn security(&self) -> Result<Arc<ClientConfig>, Unreachable> {
        if let Some(security) = self.security.get() {
            return Ok(Arc::clone(security));
        }
        let roots = self.roots.clone().unwrap_or_else(system_roots);
        let provider = Arc::new(aws_lc_rs::default_provider());
        let security = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let security = self.security.get_or_init(|| Arc::new(security));
        Ok(Arc::clone(security))
    }
}

/// What the system trusts; a certificate that cannot be read is not trusted.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, http::Error> {
    let query = url.query().map(|query| format!("?{query}"));
    let target = format!("{}{}", url.path(), query.unwrap_or_default());
    let host = url.host_str().unwrap_or_default();
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    Request::get(target)
        .header(HOST, authority)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "Vestibule")
        .header(CONNECTION, "close")
        .body(Empty::new())
}

async fn exchange(
    stream: TlsStream<TcpStream>,
    request: Request<Empty<Bytes>>,
    largest: usize,
) -> Result<Vec<u8>, Unreachable> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(LARGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await?;
    let answer = async move {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(Unreachable::Status(response.status()));
        }
        read(response.into_body(), largest).await
    };
    // The connection moves only while somebody waits for it, and nothing of ours goes on by itself.
    tokio::pin!(answer, connection);
    tokio::select! {
        outcome = &mut answer => outcome,
        ended = &mut connection => {
            ended?;
            answer.await
        }
    }
}

async fn read(body: Incoming, largest: usize) -> Result<Vec<u8>, Unreachable> {
    match Limited::new(body, largest).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) => match error.downcast::<hyper::Error>() {
            Ok(error) => Err((*error).into()),
            Err(_) => Err(Unreachable::Size),
        },
    }
}
