//! Requests as they travel: what is sent, and what the provider for one machine refuses.

use crate::stage::{self, eur, reference};
use shop_payments::{Failure, Patience, Provider, ProviderRefusal, Step, server::Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BODY: &str = r#"{"amount":{"amount":7699,"currency":"EUR"},"card":"tok_ok"}"#;

/// Sends a request as it stands; gives back the status and the body of the answer.
async fn send(server: &Server, line: &str, key: &str, idempotency_key: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: here\r\nconnection: close\r\nauthorization: {key}\r\n\
         idempotency-key: {idempotency_key}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_request_as_documented_is_answered_as_documented() {
    let server = stage::server().await;
    let (key, id) = ("Bearer the-key-of-the-shop", "cafe:authorise");
    let payment = r#"{"amount":{"amount":7699,"currency":"EUR"},"standing":"authorised"}"#;
    let answered = send(&server, "POST /payments/cafe/authorise", key, id, BODY).await;
    assert_eq!(answered, ("200".to_owned(), payment.to_owned()));
    assert_eq!(send(&server, "GET /payments/cafe", key, "", "").await, ("200".to_owned(), payment.to_owned()));
    let (status, body) = send(&server, "GET /payments/bar", key, "", "").await;
    assert_eq!((status.as_str(), body.as_str()), ("404", r#"{"error":"absent"}"#));
    let declined = r#"{"amount":{"amount":7699,"currency":"EUR"},"standing":"declined","reason":"card_declined"}"#;
    let body = BODY.replace("tok_ok", "tok_declined");
    let answered = send(&server, "POST /payments/bar/authorise", key, "bar:authorise", &body).await;
    assert_eq!(answered, ("200".to_owned(), declined.to_owned()));
    server.stop().await;
}

#[tokio::test]
async fn a_request_that_is_not_of_the_protocol_is_refused_and_does_nothing() {
    let server = stage::server().await;
    let (key, id, malformed) = ("Bearer the-key-of-the-shop", "cafe:authorise", ("400", r#"{"error":"malformed"}"#));
    let unknown = ("401", r#"{"error":"credentials"}"#);
    let authorise = "POST /payments/cafe/authorise";
    for (line, key, id, body, expected) in [
        (authorise, "Bearer the-key-of-the-shoq", id, BODY, unknown),
        (authorise, "the-key-of-the-shop", id, BODY, unknown),
        (authorise, "", id, BODY, unknown),
        ("GET /payments/cafe", "Bearer ", "", "", unknown),
        (authorise, key, "", BODY, malformed),
        (authorise, key, "cafe:capture", BODY, malformed),
        (authorise, key, "bar:authorise", BODY, malformed),
        (authorise, key, id, "", malformed),
        (authorise, key, id, r#"{"amount":{"amount":-1,"currency":"EUR"},"card":"tok_ok"}"#, malformed),
        ("POST /payments/cafe/status", key, "cafe:status", "", malformed),
        ("POST /payments/c%20afe/capture", key, "c afe:capture", "", malformed),
    ] {
        let (status, body) = send(&server, line, key, id, body).await;
        assert_eq!((status.as_str(), body.as_str()), expected, "{line} {key} {id}");
    }
    assert!(server.sandbox().payments().is_empty());
    assert!(server.sandbox().asked(&reference("cafe")).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_shop_with_a_wrong_key_learns_that_and_nothing_else() {
    let server = stage::server().await;
    let cafe = reference("cafe");
    let stranger = "the-key-of-nobody".parse().unwrap();
    let stranger = stage::client_with(&server.url(), &stranger, Patience::default());
    let step = Step::Authorise { amount: eur(7_699), card: "tok_ok" };
    assert_eq!(stranger.carry_out(&cafe, step).await, Err(Failure::Refused(ProviderRefusal::Credentials)));
    assert_eq!(stranger.status(&cafe).await, Err(Failure::Refused(ProviderRefusal::Credentials)));
    assert!(server.sandbox().payments().is_empty());
    server.stop().await;
}
