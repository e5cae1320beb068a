//! A lean client of the JSON 1.1 protocol: one connection while the server keeps it, one request after the other.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use vestibule_shared::Clock;

use super::signing::{Key, signed};
use crate::Result;

/// The client of one server.
pub(super) struct Client {
    address: String,
    key: Key,
    clock: Clock,
    connection: Option<BufReader<TcpStream>>,
}

/// What a server answers.
struct Answer {
    status: u16,
    body: Vec<u8>,
    /// Whether the connection can be used again.
    keeps: bool,
}

impl Client {
    /// For the server at `address`, a host and a port.
    pub(super) fn new(address: String, key: Key) -> Self {
        Self {
            address,
            key,
            clock: Clock::system(),
            connection: None,
        }
    }

    /// Calls an operation of a service, `(signing name, target)`, which must succeed.
    pub(super) async fn call(
        &mut self,
        (service, target): (&str, &str),
        body: &str,
    ) -> Result<Value> {
        let named = (service, self.address.as_str(), target);
        let headers = signed(&self.key, named, body, self.clock.now())?;
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers: String = headers.collect();
        let length = body.len();
        let request = format!("POST / HTTP/1.1\r\n{headers}content-length: {length}\r\n\r\n{body}");
        let mut connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            let stream = TcpStream::connect(&self.address).await?;
            stream.set_nodelay(true)?;
            BufReader::new(stream)
        };
        connection.get_mut().write_all(request.as_bytes()).await?;
        let answer = read(&mut connection).await?;
        if answer.keeps {
            self.connection = Some(connection);
        }
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body);
            return Err(format!("{target} answers {}: {said}", answer.status).into());
        }
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

async fn read(connection: &mut BufReader<TcpStream>) -> Result<Answer> {
    let mut line = String::new();
    connection.read_line(&mut line).await?;
    let mut words = line.split_whitespace();
    let mut keeps = words.next() == Some("HTTP/1.1");
    let status = words.next().ok_or("the server says nothing")?.parse()?;
    let mut length = 0;
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse()?,
            "connection" => keeps = keeps && !value.trim().eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok(Answer {
        status,
        body,
        keeps,
    })
}
