//! The Lambda function `shipment-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(shipment_reactions::function).await
}
