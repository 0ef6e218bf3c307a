//! The command `shop`.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    shop::run().await
}
