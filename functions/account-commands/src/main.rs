//! The Lambda function `account-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(account_commands::function).await
}
