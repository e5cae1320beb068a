//! Functions over empty tables in memory, with an AWS that nobody reaches.

use vestibule::aws;
use vestibule::functions::{Functions, Ground};
use vestibule::keys::LocalKeys;
use vestibule_shared::ids::AccountId;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::{Clock, Random};
use vestibule_tables::{Engine, Template};

pub(crate) async fn functions() -> Functions {
    let engine = Engine::memory().unwrap();
    let template = Template::embedded().unwrap();
    let names = engine.create_tables(template, "test").await.unwrap();
    let signer = Signer::local(&Signer::generate_pkcs8().unwrap()).unwrap();
    let ground = Ground {
        engine,
        names,
        template,
        keys: LocalKeys {
            sealer: Sealer::file([1; 32]),
            signer,
        },
        aws: aws::emulator("http://127.0.0.1:9"),
        management_account: AccountId::parse("999999999999").unwrap(),
        region: aws::REGION.to_owned(),
        clock: Clock::system(),
        random: Random::system(),
    };
    Functions::new(&ground).unwrap()
}
