//! The Lambda function `catalogue-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(catalogue_commands::function).await
}
