//! The secrets of Secrets Manager.

use crate::OnAws;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use foldlog_functions::secrets::{SecretPorts, Secrets};
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Error, Lazy};

/// The versions of a secret that hold: the current one, and the one before as long as it has its label.
const STAGES: [&str; 2] = ["AWSCURRENT", "AWSPREVIOUS"];

/// Reads secrets by their ARNs. It needs `secretsmanager:GetSecretValue` on each.
pub struct SecretsManager(Lazy<Client>);

impl Secrets for SecretsManager {
    async fn values(&self, id: &str) -> Result<Vec<String>, Error> {
        let mut values = Vec::new();
        for stage in STAGES {
            match self.0.get_secret_value().secret_id(id).version_stage(stage).send().await {
                Ok(found) => values.extend(found.secret_string),
                // No version has this label.
                Err(error)
                    if !values.is_empty()
                        && error
                            .as_service_error()
                            .is_some_and(GetSecretValueError::is_resource_not_found_exception) => {}
                Err(error) => return Err(DisplayErrorContext(error).to_string().into()),
            }
        }
        Ok(values)
    }
}

impl SecretPorts for OnAws {
    type Secrets = SecretsManager;

    fn secrets(&self) -> SecretsManager {
        let aws = self.aws.clone();
        SecretsManager(lazy(move || Client::new(&aws)))
    }
}
