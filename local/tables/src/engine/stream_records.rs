//! The file's stream records, where the engine leaves something to do: it looks for the last record by reading all
//! of them at every write, and never deletes one.

use std::path::Path;
use std::time::Duration;

use dynoxide::Result;
use rusqlite::Connection;

/// How long another process may hold the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The engine compares sequence numbers as integers, so that only an index on the same expression serves it.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS vestibule_stream_sequence \
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// DynamoDB keeps stream records for 24 hours.
///
/// The last record of a table stays: the engine counts on from it, and numbers that came back would hide new records
/// from whoever has read further.
const DELETE_OLD: &str = "DELETE FROM _stream_records AS old
    WHERE old.created_at < unixepoch('now', '-24 hours')
    AND CAST(old.sequence_number AS INTEGER) < (
        SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records
        WHERE table_name = old.table_name)";

/// Makes a write cost the same however many records there are.
pub(super) fn index(file: &Path) -> Result<()> {
    connect(file)?.execute(INDEX, [])?;
    Ok(())
}

/// Deletes the records that DynamoDB would no longer have.
pub(super) fn delete_old(file: &Path) -> Result<()> {
    connect(file)?.execute(DELETE_OLD, [])?;
    Ok(())
}

fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;
    use rusqlite::Connection;

    use super::{connect, delete_old, index};

    const RECORD: &str = "INSERT INTO _stream_records
        (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
        VALUES ('t', 'INSERT', '{}', ?1, 's', unixepoch('now') - ?2)";

    #[test]
    fn the_engines_search_for_the_last_record_uses_the_index() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tables.db");
        let _engine = Database::new(file.to_str().unwrap()).unwrap();
        index(&file).unwrap();
        index(&file).unwrap();
        let plan: String = connect(&file)
            .unwrap()
            .query_row(
                "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
                 FROM _stream_records WHERE table_name = 't'",
                [],
                |row| row.get("detail"),
            )
            .unwrap();
        assert!(plan.contains("vestibule_stream_sequence"), "{plan}");
    }

    #[test]
    fn only_records_older_than_a_day_are_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tables.db");
        let _engine = Database::new(file.to_str().unwrap()).unwrap();
        let connection = connect(&file).unwrap();
        for (number, age) in [("1", 90_000), ("2", 80_000)] {
            connection.execute(RECORD, (number, age)).unwrap();
        }
        delete_old(&file).unwrap();
        assert_eq!(left(&connection), ["2"]);
    }

    #[test]
    fn the_last_record_stays_so_that_numbers_never_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tables.db");
        let _engine = Database::new(file.to_str().unwrap()).unwrap();
        let connection = connect(&file).unwrap();
        for number in ["8", "9", "10"] {
            connection.execute(RECORD, (number, 90_000)).unwrap();
        }
        delete_old(&file).unwrap();
        assert_eq!(left(&connection), ["10"]);
    }

    fn left(connection: &Connection) -> Vec<String> {
        let mut query = connection
            .prepare("SELECT sequence_number FROM _stream_records")
            .unwrap();
        let numbers = query.query_map([], |row| row.get(0)).unwrap();
        numbers.map(Result::unwrap).collect()
    }
}
