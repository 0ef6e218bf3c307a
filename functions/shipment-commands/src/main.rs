//! The Lambda function `shipment-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(shipment_commands::function).await
}
