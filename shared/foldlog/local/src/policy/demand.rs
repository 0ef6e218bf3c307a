//! The permissions that a request needs: actions, resources and the partition keys that it names.

use crate::tables::Table;
use crate::template::identity::arn;
use serde_json::{Value, json};

/// One permission that a request needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Such as `dynamodb:PutItem`.
    pub(crate) action: String,
    /// The ARN of the resource.
    pub(crate) resource: String,
    /// The partition keys that it names.
    pub(crate) keys: Vec<String>,
    /// The owner in the encryption context, if it is a request to KMS that has one.
    pub(crate) owner: Option<String>,
}

impl Demand {
    /// The permission for an action on a resource.
    pub(crate) const fn on(action: String, resource: String) -> Self {
        Self { action, resource, keys: Vec::new(), owner: None }
    }

    /// Whether it changes a table.
    pub(crate) fn is_write(&self) -> bool {
        let operation = self.action.strip_prefix("dynamodb:");
        matches!(operation, Some("PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem"))
    }
}

/// The placeholder for a partition key that the request does not name. No sensible pattern matches it.
const UNTOLD: &str = "\u{0}";

/// The permissions that an operation needs. Transactions need those of their parts, as on AWS.
pub(crate) fn demands(service: &str, operation: &str, request: &Value, tables: &[Table]) -> Vec<Demand> {
    match service {
        "events" => return event_demands(operation, request),
        "secretsmanager" => {
            let resource = request.get("SecretId").and_then(Value::as_str).unwrap_or_default().to_owned();
            return vec![Demand::on(format!("secretsmanager:{operation}"), resource)];
        }
        "kms" => {
            let resource = request.get("KeyId").and_then(Value::as_str).unwrap_or_default().to_owned();
            let owner = request.pointer("/EncryptionContext/owner").and_then(Value::as_str).map(str::to_owned);
            return vec![Demand { owner, ..Demand::on(format!("kms:{operation}"), resource) }];
        }
        _ => {}
    }
    let parts = |actions: &[&str]| -> Vec<Demand> {
        let items = request.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
        items
            .filter_map(Value::as_object)
            .flatten()
            .filter(|(kind, _)| actions.contains(&kind.as_str()))
            .map(|(kind, part)| match kind.as_str() {
                "ConditionCheck" => single("ConditionCheckItem", part, tables),
                kind => single(&format!("{kind}Item"), part, tables),
            })
            .collect()
    };
    match operation {
        "TransactWriteItems" => parts(&["Put", "Update", "Delete", "ConditionCheck"]),
        "TransactGetItems" => parts(&["Get"]),
        "BatchGetItem" | "BatchWriteItem" => batch(operation, request, tables),
        "ListTables" | "ListStreams" | "DescribeStream" | "GetShardIterator" | "GetRecords" => {
            let resource = request.get("StreamArn").and_then(Value::as_str).unwrap_or("*").to_owned();
            vec![Demand::on(format!("dynamodb:{operation}"), resource)]
        }
        _ => vec![single(operation, request, tables)],
    }
}

fn event_demands(operation: &str, request: &Value) -> Vec<Demand> {
    let entries = request.get("Entries").and_then(Value::as_array).into_iter().flatten();
    entries
        .map(|entry| {
            let bus = entry.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
            let resource =
                if bus.starts_with("arn:") { bus.to_owned() } else { arn("events", &format!("event-bus/{bus}")) };
            Demand::on(format!("events:{operation}"), resource)
        })
        .collect()
}

/// The name of a table that may be given as its ARN.
pub(crate) fn table_name(name: &str) -> &str {
    name.rsplit_once(":table/").map_or(name, |(_, name)| name)
}

fn single(operation: &str, request: &Value, tables: &[Table]) -> Demand {
    let name = table_name(request.get("TableName").and_then(Value::as_str).unwrap_or_default());
    let table = tables.iter().find(|table| table.name == name);
    let arn = table.map_or_else(|| arn("dynamodb", &format!("table/{name}")), |table| table.arn.clone());
    let index = request.get("IndexName").and_then(Value::as_str);
    let resource = index.map_or(arn.clone(), |index| format!("{arn}/index/{index}"));
    let hash = table.and_then(|table| index.map_or(Some(&table.hash), |index| table.indexes.get(index)));
    let keys = match (operation, hash) {
        ("Query", Some(hash)) => vec![query_key(request, hash).unwrap_or_else(|| UNTOLD.to_owned())],
        ("Scan" | "DescribeTable", _) => Vec::new(),
        (_, Some(hash)) => {
            let item = request.get("Item").or_else(|| request.get("Key"));
            vec![item.and_then(|item| text(item.get(hash)?)).unwrap_or_else(|| UNTOLD.to_owned())]
        }
        (_, None) => vec![UNTOLD.to_owned()],
    };
    Demand { keys, ..Demand::on(format!("dynamodb:{operation}"), resource) }
}

fn batch(operation: &str, request: &Value, tables: &[Table]) -> Vec<Demand> {
    let items = request.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    let mut demands = Vec::new();
    for (name, wanted) in items {
        let requests = wanted.get("Keys").unwrap_or(wanted).as_array().into_iter().flatten();
        let mut keys = Vec::new();
        let mut resource = String::new();
        for request in requests {
            let item = ["/PutRequest/Item", "/DeleteRequest/Key"].iter().find_map(|path| request.pointer(path));
            let one = json!({"TableName": name, "Item": item.unwrap_or(request)});
            let demand = single(operation, &one, tables);
            keys.extend(demand.keys);
            resource = demand.resource;
        }
        demands.push(Demand { keys, ..Demand::on(format!("dynamodb:{operation}"), resource) });
    }
    demands
}

/// The partition key that a query's key condition names: `hash = :value`, among conditions joined by AND.
fn query_key(request: &Value, hash: &str) -> Option<String> {
    let expression = request.get("KeyConditionExpression")?.as_str()?;
    let names = request.get("ExpressionAttributeNames");
    let spaced = expression.replace(['(', ')'], " ").replace('=', " = ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.windows(3).find_map(|words| {
        let [left, "=", right] = words else { return None };
        let name = names.and_then(|names| names.get(left)?.as_str()).unwrap_or(left);
        if name == hash { text(request.get("ExpressionAttributeValues")?.get(right)?) } else { None }
    })
}

/// The text of a key attribute: `{"S": "…"}`, `{"N": "…"}` or `{"B": "…"}`.
fn text(attribute: &Value) -> Option<String> {
    let (_, value) = attribute.as_object()?.iter().next()?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Stack;
    use std::collections::BTreeMap;

    fn tables() -> Vec<Table> {
        let stack = Stack::resolve(
            "Resources: {Log: {Type: AWS::DynamoDB::Table, Properties: {
                BillingMode: PAY_PER_REQUEST,
                AttributeDefinitions: [{AttributeName: stream, AttributeType: S}, {AttributeName: sku, AttributeType: S}],
                KeySchema: [{AttributeName: stream, KeyType: HASH}],
                GlobalSecondaryIndexes: [{IndexName: by_sku, KeySchema: [{AttributeName: sku, KeyType: HASH}],
                    Projection: {ProjectionType: ALL}}]}}}",
            &BTreeMap::new(),
        );
        Table::declared(&stack.unwrap()).unwrap()
    }

    fn table(suffix: &str) -> String {
        format!("arn:aws:dynamodb:eu-central-1:000000000000:table/local-Log{suffix}")
    }

    #[test]
    fn a_query_names_the_partition_key_of_its_condition_whatever_its_spelling() {
        for condition in ["#s = :s AND #v > :v", "#v>:v and (#s=:s)"] {
            let request = json!({
                "TableName": "local-Log", "KeyConditionExpression": condition,
                "ExpressionAttributeNames": {"#s": "stream", "#v": "version"},
                "ExpressionAttributeValues": {":s": {"S": "cart-1"}, ":v": {"N": "3"}}
            });
            let found = demands("dynamodb", "Query", &request, &tables());
            assert_eq!(found[0].keys, ["cart-1"], "{condition}");
            assert_eq!(found[0].resource, table(""));
        }
    }

    #[test]
    fn a_query_of_an_index_names_the_index_and_its_own_key() {
        let request = json!({
            "TableName": table(""), "IndexName": "by_sku", "KeyConditionExpression": "sku = :k",
            "ExpressionAttributeValues": {":k": {"S": "tea"}}
        });
        let found = demands("dynamodb", "Query", &request, &tables());
        assert_eq!(
            (found[0].resource.clone(), found[0].keys.clone()),
            (table("/index/by_sku"), vec!["tea".to_owned()])
        );
    }

    #[test]
    fn a_transaction_needs_the_permissions_of_its_parts() {
        let request = json!({"TransactItems": [
            {"Put": {"TableName": "local-Log", "Item": {"stream": {"S": "a-1"}}}},
            {"ConditionCheck": {"TableName": "local-Log", "Key": {"stream": {"S": "b-1"}}}}
        ]});
        let found = demands("dynamodb", "TransactWriteItems", &request, &tables());
        let found: Vec<_> = found.iter().map(|one| (one.action.as_str(), one.keys[0].as_str())).collect();
        assert_eq!(found, [("dynamodb:PutItem", "a-1"), ("dynamodb:ConditionCheckItem", "b-1")]);
    }

    #[test]
    fn a_batch_names_every_key_and_an_untold_key_matches_no_pattern() {
        let request = json!({"RequestItems": {"local-Log": [
            {"PutRequest": {"Item": {"stream": {"S": "a-1"}}}}, {"DeleteRequest": {"Key": {"stream": {"S": "b-1"}}}}
        ]}});
        let found = demands("dynamodb", "BatchWriteItem", &request, &tables());
        assert_eq!(found[0].keys, ["a-1", "b-1"]);
        let query = json!({"TableName": "local-Log", "KeyConditions": {}});
        assert_eq!(demands("dynamodb", "Query", &query, &tables())[0].keys, [UNTOLD]);
    }
}
