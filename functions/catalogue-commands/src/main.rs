//! The Lambda function `catalogue-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(catalogue_commands::function).await
}
