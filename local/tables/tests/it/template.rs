//! The project's own template and how a template is read.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use serde_norway::Value;
use vestibule_tables::{EnvironmentValue, KeyKind, Method, Template, TemplateError};

const SMALL: &str = r#"
Globals:
  Function:
    Environment: { Variables: { ACCESS_TABLE: !Ref AccessTable, LEVEL: info } }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  AccessTable:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
      SSESpecification: { KMSMasterKeyId: !GetAtt Key.Arn }
  OneFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: one } }
    Properties:
      Environment: { Variables: { LEVEL: debug, KEY_ID: !GetAtt Key.Arn } }
      Policies: [{ Statement: [{ Resource: !Sub "${AccessTable.Arn}/index/*" }] }]
      Events:
        Root: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /things } }
        Item: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/things/{id}" } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/things/{proxy+}" } }
  TwoFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: two } }
    Properties:
      Events:
        Special: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: POST, Path: /things/special } }
        Work:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt AccessTable.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 5
            FilterCriteria: { Filters: [{ Pattern: '{"eventName": ["INSERT"]}' }] }
        Sweep: { Type: Schedule, Properties: { Schedule: rate(1 hour), Input: '{"kind": "hourly"}' } }
"#;

#[test]
fn every_table_has_the_same_keys_and_at_most_the_index_that_lists() {
    for table in &Template::embedded().unwrap().tables {
        let keys: Vec<_> = table
            .keys
            .iter()
            .map(|key| (key.attribute.as_str(), key.kind))
            .collect();
        assert_eq!(
            keys,
            [("pk", KeyKind::Hash), ("sk", KeyKind::Range)],
            "{}",
            table.logical_id
        );
        for index in &table.indexes {
            // Whoever may list sessions may not see more of them than a list shows.
            let (projection, included): (_, &[&str]) = match table.logical_id.as_str() {
                "SessionsTable" => ("INCLUDE", &["summary"]),
                _ => ("ALL", &[]),
            };
            assert_eq!(
                (index.name.as_str(), index.projection.as_str()),
                ("listing", projection),
                "{}",
                table.logical_id
            );
            assert_eq!(index.non_key_attributes, included, "{}", table.logical_id);
            let keys: Vec<_> = index
                .keys
                .iter()
                .map(|key| key.attribute.as_str())
                .collect();
            assert_eq!(keys, ["listing_pk", "listing_sk"], "{}", table.logical_id);
        }
    }
}

#[test]
fn a_functions_environment_names_exactly_the_tables_that_its_role_reaches() {
    for function in &Template::embedded().unwrap().functions {
        let named: BTreeSet<&str> = function
            .environment
            .iter()
            .filter(|(name, _)| name.ends_with("_TABLE"))
            .map(|(name, value)| {
                let EnvironmentValue::Reference(table) = value else {
                    panic!("{name} of {} is no table", function.binary)
                };
                let expected = table.strip_suffix("Table").unwrap().to_ascii_uppercase();
                assert_eq!(*name, format!("{expected}_TABLE"));
                table.as_str()
            })
            .collect();
        let reached: BTreeSet<&str> = function
            .permissions
            .iter()
            .map(|permission| permission.table.as_str())
            .collect();
        assert_eq!(named, reached, "{}", function.binary);
    }
}

#[test]
fn only_provision_is_woken_by_a_stream_and_only_by_new_work_and_by_a_schedule() {
    let template = Template::embedded().unwrap();
    let woken: Vec<_> = template
        .functions
        .iter()
        .filter(|function| function.stream.is_some())
        .collect();
    let [provision] = woken.as_slice() else {
        panic!("{woken:?}")
    };
    assert_eq!(provision.binary, "provision");
    assert!(provision.routes.is_empty());
    let schedules = provision.schedules.values();
    let events: Vec<_> = schedules.map(|schedule| &schedule.event).collect();
    assert_eq!(
        events,
        [
            &json!({ "check": "drift" }),
            &json!({ "detail-type": "Scheduled Event" }),
        ]
    );
    let stream = provision.stream.as_ref().unwrap();
    assert_eq!(stream.table, "AccessTable");
    let [filter] = stream.filters.as_slice() else {
        panic!("{:?}", stream.filters)
    };
    let record =
        |name: &str, pk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"pk": {"S": pk}}}});
    assert!(filter.matches(&record("INSERT", "WORK#111111111111")));
    assert!(!filter.matches(&record("REMOVE", "WORK#111111111111")));
    assert!(!filter.matches(&record("INSERT", "LEASE#111111111111")));
}

#[test]
fn the_routes_lead_where_the_protocols_want_them() {
    let template = Template::embedded().unwrap();
    let function = |method: &str, path: &str| {
        template
            .route(method, path)
            .map(|(function, _)| function.binary.as_str())
    };
    for (method, path, expected) in [
        ("GET", "/", Some("portal")),
        ("POST", "/", Some("admin")),
        ("HEAD", "/start", Some("portal")),
        ("HEAD", "/start/", Some("portal")),
        ("POST", "/start/sign-in", Some("portal")),
        ("GET", "/start/sign-in", Some("portal")),
        ("POST", "/start/password/abc", Some("portal")),
        ("GET", "/saml/metadata", Some("saml")),
        ("POST", "/token", Some("credentials")),
        ("GET", "/token", None),
        ("GET", "/authorize", Some("credentials")),
        ("POST", "/authorize/consent", Some("credentials")),
        ("GET", "/federation/credentials", Some("credentials")),
        ("PUT", "/", None),
        ("GET", "/elsewhere", None),
    ] {
        assert_eq!(function(method, path), expected, "{method} {path}");
    }
}

/// A stranger who could reach a low ceiling, which is everybody's, would keep everybody out.
#[test]
fn a_throttled_route_is_one_that_is_there_and_has_no_low_ceiling() {
    let text = include_str!("../../../../template.yaml");
    let template: Value = serde_norway::from_str(text).unwrap();
    let api = &template["Resources"]["Api"]["Properties"];
    let rate = |settings: &Value| settings["ThrottlingRateLimit"].as_u64().unwrap();
    let routes: BTreeSet<String> = Template::embedded()
        .unwrap()
        .functions
        .iter()
        .flat_map(|function| &function.routes)
        .filter_map(|route| match &route.method {
            Method::Any => None,
            Method::Only(method) => Some(format!("{method} {}", route.path)),
        })
        .collect();
    for (route, settings) in api["RouteSettings"].as_mapping().unwrap() {
        let route = route.as_str().unwrap();
        assert!(routes.contains(route), "{route}");
        assert!(
            rate(settings) >= rate(&api["DefaultRouteSettings"]),
            "{route}"
        );
    }
}

#[test]
fn a_permission_that_cannot_be_followed_is_refused() {
    let role = |statement: &str| {
        format!(
            "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      \
             Policies: [{{ PolicyDocument: {{ Statement: [{statement}] }} }}]\n"
        )
    };
    let refused = |statement: &str| {
        matches!(
            Template::parse(&role(statement)),
            Err(TemplateError::Resource { .. })
        )
    };
    let table = "Resource: !GetAtt T.Arn";
    assert!(!refused(&format!(
        "{{ Effect: Allow, Action: dynamodb:GetItem, {table} }}"
    )));
    assert!(!refused("{ Effect: Deny, Action: kms:*, Resource: '*' }"));
    assert!(refused(&format!(
        "{{ Effect: Allow, Action: dynamodb:*, {table} }}"
    )));
    assert!(refused(&format!(
        "{{ Effect: Deny, Action: dynamodb:GetItem, {table} }}"
    )));
    let condition = "Condition: { StringEquals: { aws:SourceVpc: vpc-1 } }";
    assert!(refused(&format!(
        "{{ Effect: Allow, Action: dynamodb:GetItem, {table}, {condition} }}"
    )));
}

#[test]
fn a_function_has_its_routes_its_environment_and_its_stream() {
    let template = Template::parse(SMALL).unwrap();
    let one = template.function("one").unwrap();
    assert_eq!(one.logical_id, "OneFunction");
    assert_eq!(
        one.environment["LEVEL"],
        EnvironmentValue::Literal("debug".to_owned())
    );
    assert_eq!(one.environment["KEY_ID"], EnvironmentValue::Computed);
    assert_eq!(
        one.environment["ACCESS_TABLE"],
        EnvironmentValue::Reference("AccessTable".to_owned())
    );
    assert_eq!(one.routes.len(), 3);
    assert!(one.stream.is_none());

    let two = template.function("two").unwrap();
    assert_eq!(
        two.environment["LEVEL"],
        EnvironmentValue::Literal("info".to_owned())
    );
    assert_eq!(two.routes[0].method, Method::Only("POST".to_owned()));
    let stream = two.stream.as_ref().unwrap();
    assert_eq!(
        (
            stream.table.as_str(),
            stream.batch_size,
            stream.filters.len()
        ),
        ("AccessTable", 5, 1)
    );
    assert!(one.schedules.is_empty());
    let [schedule] = two.schedules.values().collect::<Vec<_>>()[..] else {
        panic!("{:?}", two.schedules)
    };
    assert_eq!(schedule.period, Duration::from_hours(1));
    assert_eq!(schedule.event, json!({ "kind": "hourly" }));
}

#[test]
fn a_request_goes_to_the_closest_route() {
    let template = Template::parse(SMALL).unwrap();
    let path = |method: &str, path: &str| {
        template
            .route(method, path)
            .map(|(_, route)| route.path.as_str())
    };
    assert_eq!(path("GET", "/things"), Some("/things"));
    assert_eq!(path("POST", "/things"), None);
    assert_eq!(path("POST", "/things/special"), Some("/things/special"));
    assert_eq!(path("GET", "/things/special"), Some("/things/{id}"));
    assert_eq!(
        path("GET", "/things/special/more"),
        Some("/things/{proxy+}")
    );
    assert_eq!(path("GET", "/things/"), None);
    assert_eq!(path("GET", "/"), None);
}

#[test]
fn a_template_that_cannot_be_followed_is_refused() {
    assert!(matches!(
        Template::parse("Resources: ["),
        Err(TemplateError::Yaml(_))
    ));
    let unknown_filter = SMALL.replace(r#"["INSERT"]"#, r#"[{"numeric": ["=", 1]}]"#);
    assert!(matches!(
        Template::parse(&unknown_filter),
        Err(TemplateError::Filter { .. })
    ));
    let other_schedule = SMALL.replace("rate(1 hour)", "cron(0 12 * * ? *)");
    assert!(matches!(
        Template::parse(&other_schedule),
        Err(TemplateError::Resource { .. })
    ));
    let no_json = SMALL.replace(r#"{"kind": "hourly"}"#, "hourly");
    assert!(matches!(
        Template::parse(&no_json),
        Err(TemplateError::Resource { .. })
    ));
    let other_stream = SMALL.replace("AccessTable.StreamArn", "AccessTable.Arn");
    assert!(matches!(
        Template::parse(&other_stream),
        Err(TemplateError::Resource { .. })
    ));
}
