//! The tables in the data folder.

use vestibule_shared::store::Table;
use vestibule_shared::store::access::{Access, Instance};
use vestibule_tables::{Engine, TableNames, Template};

use crate::data::DataFolder;
use crate::problem::Problem;

const PREFIX: &str = "vestibule";

/// The template of this build.
pub fn template() -> Result<&'static Template, Problem> {
    Template::embedded().map_err(Problem::because("template.yaml cannot be followed"))
}

/// Opens the tables, and makes those that are missing.
pub async fn open(folder: &DataFolder) -> Result<(Engine, TableNames), Problem> {
    let path = folder.tables();
    let what = format!("the tables in {} cannot be opened", path.display());
    let opened = tokio::task::spawn_blocking(move || Engine::open(&path)).await;
    let engine = opened
        .map_err(Problem::because(what.clone()))?
        .map_err(Problem::because(what.clone()))?;
    let names = engine
        .create_tables(template()?, PREFIX)
        .await
        .map_err(Problem::because(what))?;
    Ok((engine, names))
}

/// The instance, if it was enabled.
pub async fn instance(engine: &Engine, names: &TableNames) -> Result<Option<Instance>, Problem> {
    let name = names.get("AccessTable");
    let name = name.ok_or_else(|| Problem::new("the template has no AccessTable"))?;
    let access = Access::new(Table::new(engine.client(), name));
    let found = access.find_instance().await;
    found.map_err(Problem::because("the instance cannot be read"))
}
