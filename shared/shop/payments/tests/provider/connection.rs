//! What a request over HTTP tells where no provider answers it as the protocol says.

use crate::stage::{self, eur, reference};
use shop_payments::{Connection, Failure, Patience, Provider, ProviderRefusal, Standing, Step, Unusable};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const PAYMENT: &str = r#"{"amount":{"amount":7699,"currency":"EUR"},"standing":"authorised"}"#;

fn pay() -> Step<'static> {
    Step::Authorise { amount: eur(7_699), card: "tok_ok" }
}

/// Reads any one request, answers these bytes, and returns the request.
async fn answering(answer: String) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answered = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4_096];
        let length = stream.read(&mut request).await.unwrap();
        request.truncate(length);
        // A client that has read enough may close the connection before all of it is written.
        drop(stream.write_all(answer.as_bytes()).await);
        request
    });
    (address, answered)
}

/// Answers the first request of each connection with a payment, and closes it at the second one. Returns how many requests
/// came.
async fn closing_after_one() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, requests) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = requests.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4_096];
                for answered in [true, false] {
                    if stream.read(&mut request).await.unwrap_or_default() == 0 {
                        return;
                    }
                    counted.fetch_add(1, Ordering::SeqCst);
                    if answered {
                        stream.write_all(response("200 OK", PAYMENT).as_bytes()).await.unwrap();
                    }
                }
            });
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_read_that_meets_a_dead_connection_is_sent_once_more_and_a_write_is_not() {
    let (address, requests) = closing_after_one().await;
    let (client, cafe) = (stage::client(&format!("http://{address}")), reference("cafe"));
    for sent in [1, 3] {
        assert!(client.status(&cafe).await.is_ok(), "the second one on a new connection");
        assert_eq!(requests.load(Ordering::SeqCst), sent);
    }
    let told = client.carry_out(&cafe, pay()).await;
    assert!(matches!(told, Err(Failure::Unknown(_))), "{told:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 4);
}

fn response(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn told(answer: String) -> Result<Standing, Failure> {
    let (address, answered) = answering(answer).await;
    let told = stage::client(&format!("http://{address}")).carry_out(&reference("cafe"), pay()).await;
    answered.await.unwrap();
    told.map(|payment| payment.standing)
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done_and_nothing_is_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = stage::client(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let cafe = reference("cafe");
    let told = client.carry_out(&cafe, pay()).await;
    assert!(matches!(told, Err(Failure::Unavailable(_))), "{told:?}");
    let told = client.status(&cafe).await;
    assert!(matches!(told, Err(Failure::Unknown(_))), "{told:?}");
}

/// On Linux, a full queue accepts no connection; other systems may accept some.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_no_connection_is_made_in_time_nothing_was_done() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let _whose_turn_it_is = TcpStream::connect(address).await.unwrap();
    let told = stage::client(&format!("http://{address}")).carry_out(&reference("cafe"), pay()).await;
    assert!(matches!(told, Err(Failure::Unavailable(_))), "{told:?}");
}

#[tokio::test]
async fn who_keeps_silent_is_not_waited_for_longer_than_was_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let patience = Patience { total: Duration::from_millis(50), ..Patience::default() };
    let client = stage::client_with(&address, &stage::key(), patience);
    let since = Instant::now();
    let told = client.carry_out(&reference("cafe"), pay()).await;
    assert_eq!(told, Err(Failure::Unknown("no answer within 50ms".to_owned())));
    assert!(since.elapsed() < patience.total * 2, "{:?}", since.elapsed());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unknown() {
    let whole = response("200 OK", PAYMENT);
    assert_eq!(told(whole.clone()).await, Ok(Standing::Authorised));
    for length in [0, 5, whole.find("\r\n\r\n").unwrap() + 4, whole.len() - 1] {
        let told = told(whole[..length].to_owned()).await;
        assert!(matches!(told, Err(Failure::Unknown(_))), "{length} bytes: {told:?}");
    }
}

#[tokio::test]
async fn only_the_providers_own_word_is_taken_for_a_refusal_or_for_nothing_done() {
    for (status, body, expected) in [
        ("503 Service Unavailable", r#"{"error":"unavailable"}"#, Failure::Unavailable("it says so".to_owned())),
        ("409 Conflict", r#"{"error":"other_content","more":1}"#, Failure::Refused(ProviderRefusal::OtherContent)),
    ] {
        assert_eq!(told(response(status, body)).await, Err(expected));
    }
    for (status, body) in [
        ("503 Service Unavailable", "<html>an overloaded proxy</html>"),
        ("404 Not Found", ""),
        ("500 Internal Server Error", r#"{"error":"unavailable"}"#),
        ("200 OK", "{}"),
        ("201 Created", PAYMENT),
        ("302 Found", ""),
    ] {
        let told = told(response(status, body)).await;
        assert!(matches!(told, Err(Failure::Unknown(_))), "{status} {body}: {told:?}");
    }
}

#[tokio::test]
async fn a_reason_that_is_new_still_is_a_decline() {
    let declined = r#"{"amount":{"amount":7699,"currency":"EUR"},"standing":"declined","reason":"full_moon"}"#;
    let told = told(response("200 OK", declined)).await;
    assert_eq!(told, Ok(Standing::Declined { reason: shop_payments::Decline::Other }));
}

#[tokio::test]
async fn an_answer_that_is_far_too_long_is_not_read_to_its_end() {
    let padded = |blanks| response("200 OK", &format!("{}{PAYMENT}", " ".repeat(blanks)));
    assert_eq!(told(padded(60_000)).await, Ok(Standing::Authorised));
    let told = told(padded(70_000)).await;
    assert!(matches!(told, Err(Failure::Unknown(_))), "{told:?}");
}

#[tokio::test]
async fn to_an_address_of_https_nothing_is_sent_in_the_clear() {
    let (address, answered) = answering(response("200 OK", PAYMENT)).await;
    let told = stage::client(&format!("https://{address}")).carry_out(&reference("cafe"), pay()).await;
    assert!(matches!(told, Err(Failure::Unavailable(_))), "{told:?}");
    let sent = answered.await.unwrap();
    assert_eq!(sent[..2], [22, 3], "a handshake of TLS");
    assert!(!String::from_utf8_lossy(&sent).contains("tok_ok"));
}

#[test]
fn what_is_no_web_address_is_not_tried() {
    for address in ["", "payments.example", "/v1", "ftp://payments.example", "http://a b", "https://a.example/?a=b"] {
        let refused = Connection::new(address, Patience::default());
        assert!(matches!(refused, Err(Unusable::Address(_))), "{address}: {refused:?}");
    }
}
