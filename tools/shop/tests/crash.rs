//! A shop that is killed in the middle of its work has lost nothing, and finishes open orders and rebuilds. Who follows
//! its events goes on.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use foldlog_transfer::Directory;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use shop_composition::parameters;
use shop_domain::values::{AccountId, CartId, Sku};
use shop_simulation::judge::{Recording, judge};
use shop_simulation::{ClientAction, ClientRecord};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Answer, Client};

const CLIENTS: u32 = 8;
const CHECKOUTS: u32 = 25;
const GOODS: u64 = 100;
const KILLS: usize = 12;
/// What is made anew meanwhile, each of them again and again.
const REBUILT: [&str; 4] = ["order", "stock", "waiting", "sales"];
/// The same moments again: the seed that a failed run printed.
const SEED: &str = "CRASH_SEED";
/// How often is looked whether a rebuild is complete.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// An order that is not resumed is never decided.
const PATIENCE: Duration = Duration::from_mins(2);

/// `shop serve --data`, killed at the end at the latest.
struct Served {
    process: Child,
}

impl Served {
    fn start(data: &Path, port: u16) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(["serve", "--json", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It says where it listens once it is ready.
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        Self { process }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Everybody's answers, as they were told.
#[derive(Clone, Default)]
struct History(Arc<Mutex<Vec<ClientRecord>>>);

impl History {
    /// Asks until there is an answer, under one idempotency key, and keeps it.
    async fn insist(&self, client: &Client, subject: &str, action: ClientAction, key: &str) -> Answer {
        let key = format!("{subject}.{key}");
        let (method, path, body) = action.request();
        let headers = [("idempotency-key", &*key), ("x-correlation-id", &*key)];
        let mut open_tries = 0;
        let answer = loop {
            match client.try_send(method.clone(), &path, Some(body.to_string()), &headers).await {
                Ok(answer) if answer.status.as_u16() < 500 && answer.status != 409 => break answer,
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            open_tries += 1;
        };
        let version = answer.header("etag").and_then(|tag| tag.trim_matches('"').parse().ok());
        let told = match version.filter(|_| answer.status.is_success()) {
            Some(version) => shop_simulation::Answer::Done { version },
            None => shop_simulation::Answer::Refused { problem: answer.problem().unwrap().to_owned() },
        };
        let subject = subject.to_owned();
        let told = ClientRecord { subject, key, action, answer: told, open_tries, window: None };
        self.0.lock().unwrap().push(told);
        answer
    }
}

async fn token(base: &str, subject: &str, scope: &str) -> String {
    let asked = json!({ "subject": subject, "scopes": [scope] });
    loop {
        let client = Client::of(base, "none");
        match client.try_send(Method::POST, "/_local/tokens", Some(asked.to_string()), &[]).await {
            Ok(answer) if answer.status.is_success() => return answer.text("token").to_owned(),
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Opens an account that may buy.
async fn sign_up(client: &Client, staff: &Client, history: &History, subject: &str) {
    let ask = async |action, step: &str| history.insist(client, subject, action, step).await;
    let account: AccountId = ask(ClientAction::OpenAccount {}, "account").await.expect(201).text("id").parse().unwrap();
    let card = ClientAction::AddCard { account: account.clone(), token: "tok_ok".parse().unwrap() };
    let _ = ask(card, "card").await.expect(201);
    let let_in =
        async |action, step: &str| history.insist(staff, "staff:sam", action, &format!("{subject}.{step}")).await;
    let _ = let_in(ClientAction::ConfirmAccount { account: account.clone() }, "confirm").await.expect(200);
    let _ = let_in(ClientAction::ActivateAccount { account }, "activate").await.expect(200);
}

/// Checks one mug out, and waits for what becomes of the order.
async fn buy(client: &Client, history: &History, subject: &str, nth: u32) -> String {
    let ask = async |action, step: &str| history.insist(client, subject, action, &format!("{nth}.{step}")).await;
    let cart: CartId = ask(ClientAction::OpenCart {}, "open").await.expect(201).text("id").parse().unwrap();
    let add = ClientAction::AddItem { cart: cart.clone(), sku: mug(), quantity: 1 };
    let _ = ask(add, "add").await.expect(200);
    let _ = ask(ClientAction::CheckOut { cart: cart.clone(), total: None }, "check-out").await.expect(202);
    let path = format!("/orders/{cart}");
    let decided = async {
        loop {
            let answer = client.try_send(Method::GET, &path, None, &[]).await;
            match answer.ok().and_then(|answer| answer.body["status"].as_str().map(ToOwned::to_owned)) {
                Some(status) if status == "CONFIRMED" || status == "FAILED" => return status,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, decided).await.unwrap_or_else(|_| panic!("{path} is still not decided"))
}

fn mug() -> Sku {
    "mug".parse().unwrap()
}

/// Asks for a rebuild, shortly before the kill.
async fn rebuild(operator: &Client, nth: usize) {
    let path = format!("/ops/projections/{}/rebuild", REBUILT[nth % REBUILT.len()]);
    let key = format!("rebuild-{nth}");
    let headers = [("idempotency-key", &*key)];
    while operator.try_send(Method::POST, &path, Some("{}".to_owned()), &headers).await.is_err() {}
}

/// Sends readers to the new generation of each read model that was asked for, once it is complete.
async fn flip(operator: &Client) {
    for view in REBUILT {
        let path = format!("/ops/projections/{view}");
        let complete = |answer: &Answer| {
            let newest = answer.body["generations"].as_array().and_then(|generations| generations.last());
            newest.is_some_and(|newest| newest["stage"] == "complete" && newest["generation"] != 1)
        };
        let shown = loop {
            let answer = operator.get(&path).await;
            if complete(&answer) {
                break answer.body;
            }
            // Constant requests would slow the shop down.
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        let comparison = &shown["generations"].as_array().unwrap().last().unwrap()["comparison"];
        assert_eq!(comparison["different"], 0, "{shown}");
        let _ = operator.post(&format!("{path}/flip"), json!({})).await.expect(200);
    }
}

/// When it is killed: at these numbers of reservations, spread over all of them, and a few milliseconds later. Each time
/// it is killed once more while it makes up for that.
fn moments() -> Vec<(u64, [Duration; 2])> {
    let given = std::env::var(SEED).ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut moments: Vec<_> = (0..KILLS)
        .map(|_| (random.u64(1..GOODS), [50, 1_000].map(|most| Duration::from_millis(random.u64(0..most)))))
        .collect();
    moments.sort_unstable();
    moments
}

/// A command in a process of its own; what it said, if it ended with anything but 0.
async fn command(base: &str, line: &[&str]) -> Result<(), String> {
    let mut shop = tokio::process::Command::new(env!("CARGO_BIN_EXE_shop"));
    let output = shop.args(line).args(["--api", base]).output().await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(format!("{}: {said}", output.status)) }
}

/// Whether the log and all that was folded from it are what was written, and the answers that were given are true of
/// it.
async fn verified(base: &str, history: &History, log: &Path) -> Result<(), String> {
    command(base, &["verify"]).await?;
    command(base, &["export", log.to_str().unwrap()]).await?;
    let commits = Directory::open(log).unwrap().commits().collect::<Result<_, _>>().unwrap();
    let (records, issuer) = (history.0.lock().unwrap().clone(), parameters()["JwtIssuer"].clone());
    judge(&Recording { commits, records, issuer }).map_err(|violation| violation.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_it_ends_as_if_it_had_not_been() {
    let data = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    let mut served = Served::start(data.path(), port);
    let staff = Client::of(&base, &token(&base, "staff:sam", "shop/staff").await);
    let history = History::default();
    let fill = async |action, step: &str| history.insist(&staff, "staff:sam", action, step).await;
    let _ = fill(ClientAction::RegisterProduct { sku: mug(), price: 1_299 }, "mug").await.expect(201);
    let _ = fill(ClientAction::ListProduct { sku: mug() }, "list").await.expect(200);
    let goods = ClientAction::ReceiveStock {
        warehouse: "berlin".parse().unwrap(),
        sku: mug(),
        quantity: GOODS.try_into().unwrap(),
    };
    let _ = fill(goods, "goods").await.expect(200);
    let _ = staff.until("/products/mug/stock", |answer| answer.body["on_hand"] == GOODS).await;

    let customers = join_all((0..CLIENTS).map(async |number| {
        let subject = format!("customer:{number}");
        (Client::of(&base, &token(&base, &subject, "shop/customer").await), subject)
    }));
    let customers = customers.await;
    for (customer, subject) in &customers {
        sign_up(customer, &staff, &history, subject).await;
    }
    let customers = customers.into_iter().map(|(customer, subject)| {
        let history = history.clone();
        tokio::spawn(async move {
            let mut ends = vec![];
            for nth in 0..CHECKOUTS {
                ends.push(buy(&customer, &history, &subject, nth).await);
            }
            ends
        })
    });
    let customers: Vec<_> = customers.collect();
    let operator = Client::of(&base, &token(&base, "operator:olga", "shop/operator").await);
    for (nth, (reserved, later)) in moments().into_iter().enumerate() {
        let _ = staff.until("/products/mug/stock", |answer| answer.body["reserved"].as_u64() >= Some(reserved)).await;
        rebuild(&operator, nth).await;
        for later in later {
            tokio::time::sleep(later).await;
            served.kill();
            served = Served::start(data.path(), port);
        }
    }
    let ends = join_all(customers).await;
    let ends: Vec<String> = ends.into_iter().flat_map(Result::unwrap).collect();
    let confirmed = ends.iter().filter(|end| *end == "CONFIRMED").count() as u64;
    assert_eq!((confirmed, ends.len()), (GOODS, (CLIENTS * CHECKOUTS) as usize));
    let settled = |answer: &Answer| answer.body["reserved"] == GOODS;
    let stock = staff.until("/products/mug/stock", settled).await.body;
    assert_eq!((&stock["on_hand"], &stock["available"]), (&json!(GOODS), &json!(0)));

    tokio::time::timeout(PATIENCE, flip(&operator)).await.unwrap();

    // Once more: what is on the disk is all there is, and reconciling at the start brings every row to its stream.
    served.kill();
    served = Served::start(data.path(), port);
    let _ = staff.until("/_local", |answer| answer.body["tables"].is_object()).await;
    let logs = tempfile::tempdir().unwrap();
    let reconciled = async {
        for number in 0.. {
            match verified(&base, &history, &logs.path().join(format!("{number}"))).await {
                Ok(()) => break,
                Err(difference) => eprintln!("not yet: {difference}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reconciled).await.unwrap();
    served.kill();
}

/// The next line of a program; it ends the test if none comes.
async fn next_line(lines: &Arc<Mutex<impl BufRead + Send + 'static>>) -> String {
    let lines = Arc::clone(lines);
    let read = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        lines.lock().unwrap().read_line(&mut line).unwrap();
        line
    });
    tokio::time::timeout(PATIENCE, read).await.expect("a line").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_events_goes_on_from_there_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    let mut served = Served::start(data.path(), port);
    let staff = Client::of(&base, &token(&base, "staff:sam", "shop/staff").await);
    let price = |amount: u64| json!({ "amount": amount, "currency": "EUR" });
    let mug = json!({ "sku": "mug", "name": "Mug", "price": price(1_299) });
    let _ = staff.post("/products", mug).await.expect(201);
    let tail = Command::new(env!("CARGO_BIN_EXE_shop"))
        .args(["events", "tail", "--follow", "--json", "--api", &base])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut tail = Served { process: tail };
    let events = Arc::new(Mutex::new(BufReader::new(tail.process.stdout.take().unwrap())));
    let remarks = Arc::new(Mutex::new(BufReader::new(tail.process.stderr.take().unwrap())));
    assert!(next_line(&events).await.contains("\"product-mug@1\""));
    served.kill();
    let remark = next_line(&remarks).await;
    assert!(remark.contains("go on when the shop answers"), "{remark}");
    let _served = Served::start(data.path(), port);
    let _ = staff.post("/products/mug/price", json!({ "price": price(1_499) })).await.expect(200);
    assert!(next_line(&events).await.contains("\"product-mug@2\""), "the next one, and none twice");
    let remark = next_line(&remarks).await;
    assert!(remark.contains("answers again"), "{remark}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_its_owner_reads_what_a_shop_keeps() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Served::start(data.path(), port).kill();
    let files = || std::fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    // As earlier releases left it.
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for file in files() {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _served = Served::start(data.path(), port);
    assert_eq!(mode(data.path()), 0o700);
    let names: Vec<_> = files().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    for name in ["dynamodb.sqlite", "issuer.json", "payments.ndjson", "secrets.json"] {
        assert!(names.iter().any(|found| found == name), "{names:?}");
    }
    for file in files() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
