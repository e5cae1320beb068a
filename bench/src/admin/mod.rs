//! Operations of the admin APIs beside moto's, which also answers them from this machine: the same signed requests, one after
//! the other, in turn.

mod client;
mod moto;
mod operations;
mod ours;
pub(crate) mod signing;

use std::time::Instant;

use serde_json::Value;

use crate::Result;
use crate::figure::{Aim, Figure, Size, Spread, median, rate, title};
use client::Client;
use operations::{Known, OPERATIONS, Operation};

/// One of the two that are asked.
struct Side {
    client: Client,
    known: Known,
}

/// Measures every operation on both sides in turn, round after round.
pub(crate) async fn run(size: Size) -> Result<()> {
    title("Admin operations a second, one after the other, beside moto's");
    let ours = ours::Ours::start().await?;
    let moto = moto::Moto::start().await?;
    let mut sides = [
        Side::begin(ours.client()).await?,
        Side::begin(moto.client()).await?,
    ];
    let calls = size.choose(20, 5);
    let mut rates: Vec<[Vec<f64>; 2]> = vec![Default::default(); OPERATIONS.len()];
    // The first round only warms up.
    for round in 0..size.choose(11, 2) {
        for (operation, rates) in OPERATIONS.iter().zip(&mut rates) {
            for (side, rates) in sides.iter_mut().zip(rates) {
                let rate = side.rate(operation, calls).await?;
                if round > 0 {
                    rates.push(rate);
                }
            }
        }
    }
    for (operation, [ours, moto]) in OPERATIONS.iter().zip(&rates) {
        print(operation, ours, moto);
    }
    moto.stop().await
}

fn print(operation: &Operation, ours: &[f64], moto: &[f64]) {
    let ratios = ours.iter().zip(moto).map(|(ours, moto)| ours / moto);
    Figure {
        name: operation.name,
        ours: format!("{:.0}", median(ours)),
        beside: format!("{:.0} moto", median(moto)),
        ratio: Some(Spread::of(ratios.collect())),
        aim: Aim::None,
    }
    .print();
}

impl Side {
    /// Asks for the instance that everything is about.
    async fn begin(mut client: Client) -> Result<Self> {
        let instances = client
            .call(("sso", "SWBExternalService.ListInstances"), "{}")
            .await?;
        let text = |name: &str| {
            let member = instances.pointer(&format!("/Instances/0/{name}"));
            let text = member.and_then(Value::as_str).map(str::to_owned);
            text.ok_or("there is no instance")
        };
        let known = Known::of(text("InstanceArn")?, text("IdentityStoreId")?);
        Ok(Self { client, known })
    }

    /// How many calls of an operation a second.
    async fn rate(&mut self, operation: &Operation, calls: usize) -> Result<f64> {
        let target = operation.target();
        let mut seconds = 0.0;
        for number in 0..calls {
            let body = (operation.input)(&self.known, calls - number).to_string();
            let begun = Instant::now();
            let answer = self
                .client
                .call((operation.service.signing_name(), &target), &body);
            let answer = answer.await?;
            seconds += begun.elapsed().as_secs_f64();
            self.known.keep(operation, &answer);
        }
        Ok(rate(calls, seconds))
    }
}
