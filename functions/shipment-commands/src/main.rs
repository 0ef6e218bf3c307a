//! The Lambda function `shipment-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(shipment_commands::function).await
}
