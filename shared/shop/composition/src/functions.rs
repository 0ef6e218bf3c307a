//! The shop's functions, each with its name in the template and its trigger. Everything that runs the functions uses
//! this list, on AWS's ports or on others.

use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog_aws::OnAws;
use foldlog_functions::ports::{HttpOn, ReactionsOn};
use foldlog_functions::secrets::SecretPorts;
use foldlog_lambda::queue::{QueueAndSchedule, Reactor};
use foldlog_lambda::{Function, HttpHandler, Invoke, Registered, SettingError, Settings, mounted};
use std::sync::Arc;

/// The ports of all functions of the shop.
pub trait Ports: reconcile::Ports + payment_reactions::Ports + SecretPorts {}

impl<P: reconcile::Ports + payment_reactions::Ports + SecretPorts> Ports for P {}

/// Mounts a function by its trigger.
pub trait Mount<P: Ports> {
    /// The mounted function.
    type Mounted;

    /// A function that answers requests.
    fn http<T: HttpHandler>(&self, function: HttpOn<T, P>) -> Self::Mounted;

    /// A function that reads the log's stream.
    fn stream<F: Function<Event = Event, Answer = DynamoDbEventResponse>>(&self, function: F) -> Self::Mounted;

    /// A function that reads a queue.
    fn queue<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Self::Mounted;

    /// A function that reacts to events from a queue.
    fn reactions<T: Reactor>(&self, function: ReactionsOn<T, P>) -> Self::Mounted;

    /// A function that reacts to events from a queue, and has a schedule besides.
    fn reactions_and_schedule<T: Reactor, S: Function>(
        &self,
        function: QueueAndSchedule<ReactionsOn<T, P>, S>,
    ) -> Self::Mounted;

    /// A function that a schedule, a state machine or a user pool calls.
    fn schedule<F: Function>(&self, function: F) -> Self::Mounted;
}

macro_rules! functions {
    ($($name:literal => $trigger:ident $function:path,)*) => {
        /// The functions in the template, each under the name of its binary, on AWS's ports.
        #[must_use]
        pub fn functions() -> Vec<Registered> {
            vec![$(Registered {
                name: $name,
                build: |settings: &Settings, aws: &SdkConfig| -> Result<Arc<dyn Invoke>, SettingError> {
                    mounted(settings, $function(&OnAws::new(settings, aws), settings)?)
                },
            }),*]
        }

        /// Mounts a function on these ports; none if the shop has no function of this name.
        pub fn start<P: Ports, M: Mount<P>>(
            name: &str,
            ports: &P,
            settings: &Settings,
            mount: &M,
        ) -> Result<Option<M::Mounted>, SettingError> {
            Ok(match name {
                $($name => Some(mount.$trigger($function(ports, settings)?)),)*
                _ => None,
            })
        }
    };
}

functions! {
    "catalogue-commands" => http catalogue_commands::function,
    "stock-commands" => http stock_commands::function,
    "account-commands" => http account_commands::function,
    "cart-commands" => http cart_commands::function,
    "order-commands" => http order_commands::function,
    "stock-reactions" => reactions stock_reactions::function,
    "order-reactions" => reactions order_reactions::function,
    "payment-commands" => http payment_commands::function,
    "shipment-commands" => http shipment_commands::function,
    "payment-reactions" => reactions payment_reactions::function,
    "invoice-reactions" => reactions invoice_reactions::function,
    "shipment-reactions" => reactions shipment_reactions::function,
    "fulfilment" => reactions_and_schedule fulfilment::function,
    "projector" => stream projector::function,
    "relay" => stream relay::function,
    "sales-projector" => queue sales_projector::function,
    "rebuild" => schedule rebuild::function,
    "reconcile" => reactions_and_schedule reconcile::function,
    "queries" => http queries::function,
    "operations" => http operations::function,
    "verification" => reactions verification::function,
    "token-scopes" => schedule token_scopes::function,
}
