//! Each function as it was built, under the Lambda runtime interface emulator, answers its payloads as the handler in
//! this process does. Needs the emulator and what `sam build` built:
//!
//! `SHOP_RIE="$(scripts/rie.sh)" SHOP_BUILT="$PWD/.aws-sam/build" cargo test --workspace --test runtime`

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use serde_json::Value;
use shop_composition::logical_id;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::payloads::{STORY, function_of, functions_on, payload, silent_host, timeless};

/// A binary under the emulator, which ends with it.
struct Emulated {
    process: Child,
    url: String,
}

impl Emulated {
    fn start(emulator: &str, binary: &Path, environment: &BTreeMap<String, String>, aws: &str) -> Self {
        let (front, runtime) = (free_port(), free_port());
        let process = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{front}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{runtime}")])
            .arg(binary)
            .envs(environment)
            .env("AWS_ENDPOINT_URL", aws)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, url: format!("http://127.0.0.1:{front}/2015-03-31/functions/function/invocations") }
    }

    async fn invoke(&self, payload: &Value) -> Value {
        for _ in 0..400 {
            if let Ok(answer) = reqwest::Client::new().post(&self.url).json(payload).send().await {
                return answer.error_for_status().unwrap().json().await.unwrap();
            }
            // The emulator is not listening yet.
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the emulator does not answer");
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn binaries_answer_as_the_handlers_do() {
    let (Ok(emulator), Ok(built)) = (std::env::var("SHOP_RIE"), std::env::var("SHOP_BUILT")) else {
        println!("skipped: SHOP_RIE and SHOP_BUILT do not name the emulator and what was built");
        return;
    };
    let ((here, at_hand), (there, far)) = (silent_host().await, silent_host().await);
    let handlers: BTreeMap<_, _> = functions_on(&here).into_iter().collect();
    let mut emulated = BTreeMap::new();
    for (name, expected) in STORY {
        let function = function_of(name);
        let binary = emulated.entry(function).or_insert_with(|| {
            let environment = there.environment(function).unwrap();
            let binary = Path::new(&built).join(logical_id(function)).join("bootstrap");
            Emulated::start(&emulator, &binary, &environment, &there.aws_url())
        });
        let answer = binary.invoke(&payload(name)).await;
        expected.check(&answer);
        let of_handler = handlers[function].invoke(payload(name)).await.unwrap();
        assert_eq!(timeless(answer), timeless(of_handler), "{name}");
        println!("{name}: the same");
    }
    assert_eq!(emulated.len(), handlers.len(), "every function was tried");
    drop(emulated);
    here.stop().await;
    there.stop().await;
    at_hand.stop().await;
    far.stop().await;
}
