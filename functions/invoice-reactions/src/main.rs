//! The Lambda function `invoice-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(invoice_reactions::function).await
}
