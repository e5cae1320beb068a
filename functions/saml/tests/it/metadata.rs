//! `GET /saml/metadata`.

use http::StatusCode;
use roxmltree::Document;
use vestibule_tables::fixture::World;

use crate::fixture::{Answer, Organization};

async fn opened(organization: &Organization) -> Answer {
    organization.open("/saml/metadata", None).await
}

#[tokio::test]
async fn anybody_reads_who_the_instance_is() {
    let organization = Organization::new().await;
    let answer = opened(&organization).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "application/samlmetadata+xml"
    );
    assert!((1000..10_000_000).contains(&answer.body.chars().count()));
    let document = Document::parse(&answer.body).unwrap();
    let entity = document.root_element();
    let instance = &organization.sample.instance;
    assert_eq!(entity.attribute("entityID"), Some(&*instance.entity_id));
    let certificates = document
        .descendants()
        .filter(|it| it.tag_name().name() == "X509Certificate")
        .filter_map(|it| it.text());
    let certificate = organization.certificate.as_str();
    assert_eq!(certificates.collect::<Vec<_>>(), [certificate]);
    let location = format!("{}/saml/sso", instance.public_origin);
    let locations = document
        .descendants()
        .filter_map(|it| it.attribute("Location"));
    assert_eq!(locations.collect::<Vec<_>>(), [&location, &location]);
}

#[tokio::test]
async fn an_instance_that_is_not_enabled_has_no_metadata() {
    let mut organization = Organization::new().await;
    let world = World::empty().await.unwrap();
    organization.context = crate::fixture::context(&world, organization.context.signer.clone());
    let answer = opened(&organization).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("Not ready yet"));
}
