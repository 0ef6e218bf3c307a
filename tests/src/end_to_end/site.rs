//! A shop at any address, and its users in a story.

use super::table::Log;
use super::tokens::Tokens;
use crate::{Answer, Client, Shop};
use aws_sdk_dynamodb::Client as Database;
use foldlog_lambda::Settings;
use foldlog_lambda::aws::aws_config;
use foldlog_local::Host;
use std::env::var;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long to wait for the effects of a command: on AWS, the re-check repeats a lost message after 30 to 90 s.
const PATIENCE: Duration = Duration::from_mins(3);
/// The first pause between two questions, which doubles up to
const PAUSE: Duration = Duration::from_millis(10);
/// the longest one.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A shop at any address.
pub struct Site {
    url: String,
    run: String,
    tokens: Tokens,
    log: Option<Log>,
    own: Option<Shop>,
}

impl Site {
    /// The shop at `SHOP_URL`, with the tokens of the environment (see `Tokens::of_environment`) and the log among the
    /// tables whose names begin with `SHOP_TABLES`; without an address, a new one on the local host.
    pub async fn of_environment() -> Self {
        let Ok(url) = var("SHOP_URL") else {
            let shop = Shop::start().await;
            let site = Self::on(&shop.host).await;
            return Self { own: Some(shop), ..site };
        };
        let run = fresh();
        let log = match var("SHOP_TABLES") {
            Ok(prefix) => {
                let aws = aws_config(&Settings::from_env()).expect("a configuration");
                Some(Log::among(Database::new(&aws), &prefix).await)
            }
            Err(_) => None,
        };
        Self { tokens: Tokens::of_environment(&run), url: base(&url), run, log, own: None }
    }

    /// The shop on a local host.
    pub async fn on(host: &Host) -> Self {
        let run = fresh();
        let tokens = Tokens::signed(&run, |subject, scope| host.token(subject, &[scope]).expect("a token"));
        let log = Log::among(Database::new(&host.aws_config()), "local-").await;
        Self { url: host.url(), run, tokens, log: Some(log), own: None }
    }

    /// The same shop at another address.
    #[must_use]
    pub fn by_way_of(self, url: &str) -> Self {
        Self { url: base(url), ..self }
    }

    /// Ends a shop that was started for this.
    pub async fn leave(self) {
        if let Some(shop) = self.own {
            shop.stop().await;
        }
    }

    /// A name that no other run has.
    pub(super) fn name(&self, of: &str) -> String {
        format!("{of}-{}", self.run)
    }

    /// A customer.
    pub(super) fn customer(&self) -> Client {
        Client::of(&self.url, &self.tokens.customer)
    }

    /// Another customer.
    pub(super) fn stranger(&self) -> Client {
        Client::of(&self.url, &self.tokens.stranger)
    }

    /// A member of the staff.
    pub(super) fn staff(&self) -> Client {
        Client::of(&self.url, &self.tokens.staff)
    }

    /// An operator.
    pub(super) fn operator(&self) -> Client {
        Client::of(&self.url, &self.tokens.operator)
    }

    /// A user without a token.
    pub(super) fn anyone(&self) -> Client {
        Client { token: None, ..self.customer() }
    }

    /// The types of a stream's events, in order; those that operators see are those that the table holds.
    pub(super) async fn events(&self, stream: &str) -> Vec<String> {
        let shown = self.operator().get(&format!("/ops/streams/{stream}?limit=1000")).await.expect(200);
        let events = shown.body["items"].as_array().expect("a list").iter();
        let types: Vec<_> = events.map(|event| event["type"].as_str().expect("a type").to_owned()).collect();
        if let Some(log) = &self.log {
            assert_eq!(types, log.types(stream).await, "{stream} as the table has it");
        }
        types
    }
}

impl Client {
    /// Repeats a request until the answer is as expected, for as long as it may take on AWS.
    pub(super) async fn awaited(&self, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        let (since, mut pause) = (std::time::Instant::now(), PAUSE);
        loop {
            let answer = self.get(path).await;
            if done(&answer) {
                return answer;
            }
            assert!(since.elapsed() < PATIENCE, "{path} is still {} {}", answer.status, answer.body);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn base(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

/// The time since 1970 in nanoseconds, in hexadecimal digits.
fn fresh() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    format!("{:x}", now.as_nanos())
}
