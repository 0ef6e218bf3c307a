//! The Lambda function `invoice-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(invoice_reactions::function).await
}
