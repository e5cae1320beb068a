//! Moments at which a function can die: before and after everything that it asks of a table or of AWS. There it looks as if
//! it had to wait, so that whoever polls it can stop.

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use vestibule_shared::store::Table;

#[derive(Debug, Clone)]
struct Stepwise<T>(T);

/// The same table, with a moment around each request.
pub(crate) fn table(table: &Table) -> Table {
    let config = table.client().config();
    let inner = config
        .http_client()
        .expect("the fixture's tables have an HTTP client");
    let config = config.to_builder().http_client(Stepwise(inner)).build();
    Table::new(Client::from_conf(config), table.name())
}

/// The same connector, with a moment around each request.
pub(crate) fn connector(inner: SharedHttpConnector) -> SharedHttpConnector {
    SharedHttpConnector::new(Stepwise(inner))
}

impl HttpClient for Stepwise<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        connector(self.0.http_connector(settings, components))
    }
}

impl HttpConnector for Stepwise<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inner = self.0.clone();
        HttpConnectorFuture::new(async move {
            tokio::task::yield_now().await;
            let answer = inner.call(request).await;
            tokio::task::yield_now().await;
            answer
        })
    }
}
