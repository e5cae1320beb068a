//! Tables in a file: they outlive the process and may be open twice.

use vestibule_tables::{Engine, StreamReader};

use crate::fixture::Tables;

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    {
        let tables = Tables::on(Engine::open(&path).unwrap()).await;
        tables.put("DirectoryTable", "USER#1", "USER").await;
    }
    let tables = Tables::on(Engine::open(&path).unwrap()).await;
    assert_eq!(tables.count("DirectoryTable").await, 1);
}

#[tokio::test]
async fn two_engines_on_one_file_see_each_others_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    let first = Tables::on(Engine::open(&path).unwrap()).await;
    let second = Tables::on(Engine::open(&path).unwrap()).await;
    for number in 0..20 {
        let (one, other) = if number % 2 == 0 {
            (&first, &second)
        } else {
            (&second, &first)
        };
        one.put("AccessTable", &format!("WORK#{number}"), "WORK")
            .await;
        assert_eq!(other.count("AccessTable").await, number + 1);
    }
    let stream = StreamReader::new(&first.engine, &first.name("AccessTable"));
    assert_eq!(stream.read(None, 100).await.unwrap().records().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_on_one_file_may_write_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    let first = Tables::on(Engine::open(&path).unwrap()).await;
    let second = Tables::on(Engine::open(&path).unwrap()).await;
    let write = async |tables: &Tables, name: &str| {
        for number in 0..50 {
            tables
                .put("AccessTable", &format!("{name}#{number}"), "WORK")
                .await;
        }
    };
    tokio::join!(write(&first, "A"), write(&second, "B"));
    assert_eq!(first.count("AccessTable").await, 100);
    let stream = StreamReader::new(&second.engine, &second.name("AccessTable"));
    let batch = stream.read(None, 1000).await.unwrap();
    let mut numbers: Vec<&str> = batch
        .records()
        .iter()
        .map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap())
        .collect();
    assert!(numbers.is_sorted());
    numbers.dedup();
    assert_eq!(numbers.len(), 100);
}

#[test]
fn a_new_file_can_be_opened_by_many_at_the_same_instant() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Engine::open(&path).map(|_| ())))
            .collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
}
