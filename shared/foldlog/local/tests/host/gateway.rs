//! The HTTP API over a real connection: payloads, tokens, the gateway's own answers, CORS, and the host's own paths.

use crate::support::{host, request, write};
use reqwest::header::{HeaderMap, ORIGIN};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

async fn message(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_request_becomes_a_version_2_payload_and_the_answer_comes_back() {
    let host = host().await;
    let url = format!("{}/echo/a%20b/c?x=1&x=2&y=%26", host.url());
    let sent = Client::new().put(url).header("X-Two", "1").header("X-Two", "2").header("Cookie", "k=v; l=w");
    let answer = sent.header("content-type", "application/json").body("{\"a\":1}").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let event: Value = answer.json().await.unwrap();
    for (path, expected) in [
        ("/version", json!("2.0")),
        ("/routeKey", json!("ANY /echo/{proxy+}")),
        ("/rawPath", json!("/echo/a b/c")),
        ("/rawQueryString", json!("x=1&x=2&y=%26")),
        ("/queryStringParameters", json!({"x": "1,2", "y": "&"})),
        ("/pathParameters", json!({"proxy": "a b/c"})),
        ("/headers/x-two", json!("1,2")),
        ("/cookies", json!(["k=v", "l=w"])),
        ("/requestContext/http/method", json!("PUT")),
        ("/requestContext/stage", json!("$default")),
        ("/body", json!("{\"a\":1}")),
        ("/isBase64Encoded", json!(false)),
    ] {
        assert_eq!(event.pointer(path), Some(&expected), "{path}");
    }
    assert_eq!(event.pointer("/headers/cookie"), None);
    let read: aws_lambda_events::apigw::ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    assert_eq!(read.request_context.http.source_ip.as_deref(), Some("127.0.0.1"));
    host.stop().await;
}

#[tokio::test]
async fn tokens_and_scopes_are_asked_for_where_the_template_says_so() {
    let host = host().await;
    let url = format!("{}/items/good-1", host.url());
    let unauthorized = (401, json!({"message": "Unauthorized"}));
    assert_eq!(message(Client::new().post(&url).send().await.unwrap()).await, unauthorized);
    assert_eq!(message(Client::new().post(&url).bearer_auth("rubbish").send().await.unwrap()).await, unauthorized);
    let other = request(&host, Method::POST, "/items/good-1", &["items/read"]).send().await.unwrap();
    assert_eq!(message(other).await, (403, json!({"message": "Forbidden"})));
    let any = request(&host, Method::POST, "/items/good-1", &["x", "items/admin"]).send().await.unwrap();
    assert_eq!((any.status().as_u16(), any.headers()["location"].to_str().unwrap()), (201, "/items/good-1"));

    let mine = request(&host, Method::GET, "/mine", &["x/y", "z"]).send().await.unwrap();
    let event: Value = mine.json().await.unwrap();
    let jwt = &event["requestContext"]["authorizer"]["jwt"];
    assert_eq!(jwt["claims"]["sub"], "customer:alice");
    assert_eq!(jwt["claims"]["scope"], "x/y z");
    assert!(jwt["claims"]["exp"].is_string(), "claims are texts");
    serde_json::from_value::<aws_lambda_events::apigw::ApiGatewayV2httpRequest>(event).unwrap();
    host.stop().await;
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_answered_with_the_reason() {
    let host = host().await;
    let now = jiff::Timestamp::now().as_second();
    for (claims, description) in [
        (json!({"exp": now - 1}), "the token has expired"),
        (json!({"nbf": now + 60}), "the token is not valid yet"),
        (json!({"iat": now + 60}), "the token is not valid yet"),
        (json!({"iss": "https://other"}), "the token has an invalid issuer"),
        (json!({"client_id": "other"}), "the token does not have a valid audience"),
        (json!({"aud": "other"}), "the token does not have a valid audience"),
    ] {
        let token = host.token_with("alice", &["items/write"], claims.as_object().unwrap().clone()).unwrap();
        let answer =
            Client::new().post(format!("{}/items/good-1", host.url())).bearer_auth(token).send().await.unwrap();
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
        let expected = format!(
            "Bearer scope=\"items/write items/admin\" error=\"invalid_token\" error_description=\"{description}\""
        );
        assert_eq!(challenge, expected, "{claims}");
        assert_eq!(message(answer).await, (401, json!({"message": "Unauthorized"})));
    }
    let none = Client::new().post(format!("{}/items/good-1", host.url())).send().await.unwrap();
    assert_eq!(none.headers()["www-authenticate"], "Bearer");
    host.stop().await;
}

#[tokio::test]
async fn an_id_token_opens_no_route_with_scopes() {
    let host = host().await;
    let claims = json!({"token_use": "id", "aud": "items", "client_id": null, "scope": null, "username": null});
    let token = host.token_with("alice", &[], claims.as_object().unwrap().clone()).unwrap();
    let post = Client::new().post(format!("{}/items/good-1", host.url())).bearer_auth(&token);
    assert_eq!(message(post.send().await.unwrap()).await, (403, json!({"message": "Forbidden"})));
    let mine = Client::new().get(format!("{}/mine", host.url())).bearer_auth(&token).send().await.unwrap();
    assert_eq!(mine.status(), StatusCode::OK, "as on AWS");
    host.stop().await;
}

#[tokio::test]
async fn the_issuer_publishes_what_checks_its_tokens() {
    let host = host().await;
    let get = async |path: &str| Client::new().get(format!("{}{path}", host.url())).send().await.unwrap();
    let described: Value = get("/.well-known/openid-configuration").await.json().await.unwrap();
    let keys = described["jwks_uri"].as_str().unwrap();
    assert_eq!(keys, format!("{}/.well-known/jwks.json", host.url()));
    let published = async || Client::new().get(keys).send().await.unwrap().json::<Value>().await.unwrap();
    let before = published().await;
    let key = &before["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert!(key.get("d").is_none(), "only the public part");

    let token = host.token("alice", &["items/write"]).unwrap();
    let rotated = Client::new().post(format!("{}/_local/keys", host.url())).send().await.unwrap();
    assert_eq!(rotated.json::<Value>().await.unwrap(), published().await);
    assert_eq!((&published().await["keys"][1], published().await["keys"].as_array().unwrap().len()), (key, 2));
    let used = async |token: &str| {
        let post = Client::new().post(format!("{}/items/good-1", host.url())).bearer_auth(token);
        post.send().await.unwrap().status()
    };
    assert_eq!(used(&token).await, 201);
    host.rotate_keys().unwrap();
    assert_eq!(used(&token).await, 401);
    assert_eq!(used(&host.token("alice", &["items/write"]).unwrap()).await, 201);
    host.stop().await;
}

#[tokio::test]
async fn the_gateways_own_answers_are_those_of_aws() {
    let host = host().await;
    let post = |path: &str| Client::new().post(format!("{}{path}", host.url()));
    assert_eq!(message(post("/nowhere").send().await.unwrap()).await, (404, json!({"message": "Not Found"})));
    let failed = (500, json!({"message": "Internal Server Error"}));
    for way in ["error", "panic", "slow", "nonsense"] {
        assert_eq!(message(post(&format!("/fail/{way}")).send().await.unwrap()).await, failed, "{way}");
    }
    let large = post("/echo/large").body(vec![b'a'; 10 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(message(large).await, (413, json!({"message": "Request Entity Too Large"})));
    assert_eq!(write(&host, "good-1", "x").await, 201, "and the host goes on");
    host.stop().await;
}

#[tokio::test]
async fn a_function_may_do_what_its_policies_say_and_nothing_else() {
    let host = host().await;
    assert_eq!(write(&host, "good-1", "x").await, 201);
    assert_eq!(write(&host, "other-1", "x").await, 500, "the leading key is not one of the policy's");
    let denied = Client::new().post(format!("{}/code/local-Seen", host.url())).send().await.unwrap();
    assert_eq!(
        denied.text().await.unwrap(),
        "Some(\"AccessDeniedException\") Some(\"User: arn:aws:sts::000000000000:assumed-role/local-FrontFunction/\
         local-FrontFunction is not authorized to perform: dynamodb:PutItem on resource: \
         arn:aws:dynamodb:eu-central-1:000000000000:table/local-Seen because no identity-based policy allows the \
         dynamodb:PutItem action\")"
    );
    let client = aws_sdk_dynamodb::Client::new(&host.aws_config());
    let scanned = client.scan().table_name("local-Items").send().await.unwrap();
    assert_eq!(scanned.count(), 1);
    host.stop().await;
}

#[tokio::test]
async fn preflights_are_answered_and_functions_cors_headers_are_replaced() {
    let host = host().await;
    let preflight = |origin: &'static str| {
        let request = Client::new().request(Method::OPTIONS, format!("{}/items/x", host.url()));
        request.header(ORIGIN, origin).header("access-control-request-method", "POST").send()
    };
    let text = |headers: &HeaderMap, name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let allowed = preflight("https://shop.example").await.unwrap();
    assert_eq!(allowed.status(), StatusCode::NO_CONTENT);
    assert_eq!(text(allowed.headers(), "access-control-allow-origin").as_deref(), Some("https://shop.example"));
    assert_eq!(text(allowed.headers(), "access-control-allow-methods").as_deref(), Some("GET,POST"));
    assert_eq!(text(allowed.headers(), "access-control-max-age").as_deref(), Some("60"));
    let refused = preflight("https://evil.example").await.unwrap();
    assert_eq!(text(refused.headers(), "access-control-allow-origin"), None);

    let get = Client::new().get(format!("{}/echo/x", host.url())).header(ORIGIN, "https://shop.example");
    let answer = get.send().await.unwrap();
    assert_eq!(text(answer.headers(), "access-control-allow-origin").as_deref(), Some("https://shop.example"));
    assert_eq!(text(answer.headers(), "access-control-expose-headers").as_deref(), Some("location"));
    host.stop().await;
}

#[tokio::test]
async fn the_hosts_own_paths_serve_programs_on_this_machine_and_no_browser() {
    let host = host().await;
    let url = format!("{}/_local", host.url());
    let described: Value = Client::new().get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(described["aws"], host.aws_url());
    assert_eq!(described["tables"], json!({"Items": "local-Items", "Seen": "local-Seen"}));
    assert_eq!(described["functions"], json!(["daily", "front", "reader", "worker"]));
    let warning = "AWS::DynamoDB::Table: without meaning on one machine: PointInTimeRecoverySpecification";
    assert!(host.warnings().iter().any(|line| line == warning), "{:?}", host.warnings());

    let wanted = json!({"subject": "staff:bob", "scopes": ["items/write"]});
    let tokens = || Client::new().post(format!("{url}/tokens")).json(&wanted);
    let token: Value = tokens().send().await.unwrap().json().await.unwrap();
    let used = Client::new().post(format!("{}/items/good-1", host.url())).bearer_auth(token["token"].as_str().unwrap());
    assert_eq!(used.send().await.unwrap().status(), 201);
    let browser = tokens().header(ORIGIN, "https://shop.example").send().await.unwrap();
    assert_eq!(browser.status(), StatusCode::FORBIDDEN);
    let rebound = tokens().header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN);
    for name in ["forwarded", "x-forwarded-for", "x-forwarded-host", "via", "x-real-ip"] {
        let (status, body) = message(tokens().header(name, "203.0.113.7").send().await.unwrap()).await;
        assert_eq!(status, 403);
        assert!(body["message"].as_str().unwrap().contains(&format!("the header {name} ")), "{body}");
    }
    host.stop().await;
}

#[tokio::test]
async fn another_process_writes_over_the_aws_url_and_the_triggers_run() {
    let host = host().await;
    let put = json!({"TableName": "local-Items", "Item": {"key": {"S": "good-9"}, "value": {"S": "x"}}});
    let call = |target: &'static str, body: &Value| {
        let request = Client::new().post(host.aws_url()).header("x-amz-target", target);
        request.header("content-type", "application/x-amz-json-1.0").body(body.to_string())
    };
    let answer = call("DynamoDB_20120810.PutItem", &put).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    host.settled().await;
    assert!(crate::support::seen(&host).await.contains_key("good-9"));
    let listed: Value =
        call("DynamoDBStreams_20120810.ListStreams", &json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["Streams"][0]["TableName"], "local-Items");
    let browser = call("DynamoDB_20120810.PutItem", &put).header(ORIGIN, "null").send().await.unwrap();
    assert_eq!(browser.status(), StatusCode::FORBIDDEN);
    host.stop().await;
}
