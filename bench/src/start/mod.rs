//! How large each function's binary is, what it links, and how long it takes from the start of its process to its first
//! answer, beside a Lambda that does nothing.

mod aws;
mod environment;
mod events;
mod linked;
mod runtime;

use std::path::{Path, PathBuf};

use serde_json::Value;
use vestibule_tables::Template;
use vestibule_tables::fixture::World;

use crate::Result;
use crate::figure::{Aim, Figure, Size, Spread, median, number, title};
use crate::organization::{self, Keys};
use aws::Aws;
use environment::environment;
use runtime::{Runtime, Started};

/// The binary that does nothing.
const EMPTY: &str = "empty-lambda";

/// A binary with what it is started with and asked.
struct Subject {
    name: String,
    path: PathBuf,
    environment: Vec<(String, String)>,
    event: Value,
    starts: Vec<Started>,
}

/// Measures each function's binary and the empty one in turn, round after round.
pub(crate) async fn run(size: Size) -> Result<()> {
    title("Each function's binary, beside a Lambda that does nothing");
    let binaries = std::env::current_exe()?;
    let binaries = binaries.parent().ok_or("this program is in no folder")?;
    let aws = Aws::start().await?;
    let world = organize(&aws).await?;
    let mut subjects = subjects(&aws, &world, binaries).await?;
    print_sizes(&subjects)?;
    linked::print(
        &subjects
            .iter()
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>(),
    );

    let runtime = Runtime::start().await?;
    // The first round only brings the binaries into memory.
    for round in 0..size.choose(25, 3) {
        for subject in &mut subjects {
            aws.serve(&subject.name, &world)?;
            let started = runtime.first_answer(subject).await?;
            if round > 0 {
                subject.starts.push(started);
            }
        }
    }
    print_starts(&subjects);
    Ok(())
}

/// The organization that the binaries find.
async fn organize(aws: &Aws) -> Result<World> {
    let (engine, names) = organization::tables().await?;
    let world = World::over(&engine.client(), names, Some(engine))?;
    let sample = world.populate().await?;
    let keys = Keys {
        signer: aws.signer().clone(),
        sealer: aws.sealer(),
    };
    organization::certify(&world, &sample, &keys).await?;
    Ok(world)
}

async fn subjects(aws: &Aws, world: &World, binaries: &Path) -> Result<Vec<Subject>> {
    let mut subjects = vec![Subject {
        name: EMPTY.to_owned(),
        path: binaries.join(EMPTY),
        environment: Vec::new(),
        event: events::read("portal", "root")?,
        starts: Vec::new(),
    }];
    for function in &Template::embedded()?.functions {
        let Some(event) = events::first(&function.binary, aws, world).await? else {
            println!("{}: no event is known to begin with", function.binary);
            continue;
        };
        subjects.push(Subject {
            name: function.binary.clone(),
            path: binaries.join(&function.binary),
            environment: environment(function, &world.names, aws),
            event,
            starts: Vec::new(),
        });
    }
    Ok(subjects)
}

fn print_sizes(subjects: &[Subject]) -> Result<()> {
    let mib = |subject: &Subject| -> Result<f64> {
        let length = std::fs::metadata(&subject.path)
            .map_err(|error| format!("{}: {error}", subject.path.display()))?
            .len();
        Ok(number(usize::try_from(length)?) / 1024.0 / 1024.0)
    };
    let Some((empty, functions)) = subjects.split_first() else {
        return Ok(());
    };
    let least = mib(empty)?;
    for function in functions {
        let size = mib(function)?;
        Figure {
            name: &format!("{}: size", function.name),
            ours: format!("{size:.1} MiB"),
            beside: format!("{least:.1} MiB empty"),
            ratio: Some(Spread::exact(size / least)),
            aim: Aim::None,
        }
        .print();
    }
    Ok(())
}

fn print_starts(subjects: &[Subject]) {
    let Some((empty, functions)) = subjects.split_first() else {
        return;
    };
    for function in functions {
        print_start(
            function,
            empty,
            "to its first answer",
            |start| start.answered,
            Aim::AtMost(1.3),
        );
        print_start(
            function,
            empty,
            "until it asks for an event",
            |start| start.ready,
            Aim::None,
        );
        print_start(
            function,
            empty,
            "processor until the answer",
            |start| start.processor,
            Aim::None,
        );
    }
}

fn print_start(
    function: &Subject,
    empty: &Subject,
    what: &str,
    of: impl Fn(&Started) -> f64,
    aim: Aim,
) {
    let ours: Vec<f64> = function.starts.iter().map(&of).collect();
    let others: Vec<f64> = empty.starts.iter().map(&of).collect();
    let ratios = ours.iter().zip(&others).map(|(ours, other)| ours / other);
    Figure {
        name: &format!("{}: {what}", function.name),
        ours: format!("{:.1} ms", median(&ours)),
        beside: format!("{:.1} ms empty", median(&others)),
        ratio: Some(Spread::of(ratios.collect())),
        aim,
    }
    .print();
}
