//! What a request reads and what that costs: at 100 and at 100,000 users, for somebody in few groups and in many. DynamoDB's
//! units are the engine's own account of them, which counts as DynamoDB does.

mod capture;
mod meter;
mod population;
mod program;
mod sts;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::Result;
use crate::cost::Processor;
use crate::figure::{Aim, Figure, Size, Spread, median, number, rate, title};
use meter::Consumption;
use population::{Person, Population};

/// The least processor time of one side of a round, in seconds.
const ROUND: f64 = 0.15;
/// A request that people and programs make all the time.
#[derive(Clone, Copy)]
struct Call {
    name: &'static str,
    path: &'static str,
    /// Whether it is the portal's, which knows people by their cookie.
    portal: bool,
    /// How many reads may wait for one another; where nothing is said, as many as with few users.
    limit: Option<usize>,
}

const CALLS: [Call; 3] = [
    Call {
        name: "GetRoleCredentials",
        path: "/federation/credentials?account_id=300000000000&role_name=Set0",
        portal: false,
        limit: Some(4),
    },
    Call {
        name: "ListAccounts",
        path: "/assignment/accounts?max_result=100",
        portal: false,
        limit: None,
    },
    Call {
        name: "the portal's page",
        path: "/start/",
        portal: true,
        limit: None,
    },
];

/// Measures every call for every person in both organizations.
pub(crate) async fn run(size: Size) -> Result<()> {
    title("Reads at 100,000 users, beside the same at 100 users");
    let few = Population::of(100, size).await?;
    let many = Population::of(size.choose(100_000, 1000), size).await?;
    for call in CALLS {
        for (in_few, in_many) in few.people.iter().zip(&many.people) {
            let name = format!("{}, in {} groups", call.name, in_many.groups);
            let metered = (
                few.consumption(call, in_few).await?,
                many.consumption(call, in_many).await?,
            );
            print_consumption(&name, &metered, call.limit);
            let rates = rates((&few, in_few), (&many, in_many), call, size).await?;
            print_rates(&name, &rates);
        }
    }
    Ok(())
}

fn print_consumption(name: &str, (few, many): &(Consumption, Consumption), limit: Option<usize>) {
    Figure {
        name: &format!("{name}: units to read"),
        ours: format!("{} RCU", many.read_units),
        beside: format!("{} at 100 users", few.read_units),
        ratio: Some(Spread::exact(many.read_units / few.read_units)),
        aim: Aim::AtMost(1.0),
    }
    .print();
    let beside = match limit {
        Some(limit) => format!("{limit} by design"),
        None => format!("{} of {} at 100 users", few.sequential_reads, few.reads),
    };
    let limit = limit.unwrap_or(few.sequential_reads);
    Figure {
        name: &format!("{name}: reads that wait for reads"),
        ours: format!("{} of {}", many.sequential_reads, many.reads),
        beside,
        ratio: Some(Spread::exact(number(many.sequential_reads) / number(limit))),
        aim: Aim::AtMost(1.0),
    }
    .print();
    Figure {
        name: &format!("{name}: writes, units to write"),
        ours: format!("{}, {} WCU", many.writes, many.write_units),
        beside: format!("{}, {} at 100 users", few.writes, few.write_units),
        ratio: None,
        aim: Aim::None,
    }
    .print();
}

fn print_rates(name: &str, rates: &[(f64, f64)]) {
    let (few, many): (Vec<f64>, Vec<f64>) = rates.iter().copied().unzip();
    let ratios = rates.iter().map(|(few, many)| many / few).collect();
    Figure {
        name: &format!("{name}: a core-second, tables included"),
        ours: format!("{:.0}", median(&many)),
        beside: format!("{:.0} at 100 users", median(&few)),
        ratio: Some(Spread::of(ratios)),
        aim: Aim::None,
    }
    .print();
}

/// Rates in turn, round after round: with few users, with many.
async fn rates(
    (few, in_few): (&Population, &Person),
    (many, in_many): (&Population, &Person),
    call: Call,
    size: Size,
) -> Result<Vec<(f64, f64)>> {
    let mut rates = Vec::new();
    for _ in 0..size.choose(5, 1) {
        let few = few.rate(call, in_few).await?;
        rates.push((few, many.rate(call, in_many).await?));
    }
    Ok(rates)
}

impl Population {
    async fn consumption(&self, call: Call, person: &Person) -> Result<Consumption> {
        let functions = &self.metered;
        self.meter.take();
        send(functions.of(call), call, person).await?;
        Ok(self.meter.take())
    }

    async fn rate(&self, call: Call, person: &Person) -> Result<f64> {
        let router = self.plain.of(call);
        let begun = Processor::Process.seconds();
        let mut count = 0;
        loop {
            send(router, call, person).await?;
            count += 1;
            let seconds = Processor::Process.seconds() - begun;
            if seconds >= ROUND {
                return Ok(rate(count, seconds));
            }
        }
    }
}

/// The two functions that are asked.
struct Functions {
    portal: Router,
    credentials: Router,
}

impl Functions {
    fn of(&self, call: Call) -> &Router {
        if call.portal {
            &self.portal
        } else {
            &self.credentials
        }
    }
}

async fn send(router: &Router, call: Call, person: &Person) -> Result<()> {
    let (header, value) = if call.portal {
        ("cookie", format!("vestibule={}", person.session))
    } else {
        ("x-amz-sso_bearer_token", person.token.clone())
    };
    let request = Request::get(call.path).header(header, value);
    let response = router.clone().oneshot(request.body(Body::empty())?).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status != StatusCode::OK {
        let body = String::from_utf8_lossy(&body);
        return Err(format!("{} answers {status}: {body}", call.name).into());
    }
    Ok(())
}
